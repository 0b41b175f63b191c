import { recordAudit } from '../../audit/index.ts'
import { sql, type Db, type Trx } from '../../db/index.ts'
import { instant, systemActor, type Clock } from '../../kernel/index.ts'
import type { Log } from '../../log/index.ts'
import type { Means } from '../../records/index.ts'
import type { RefusedAsks, Refusals } from '../ports.ts'

interface RefusalMeans {
  db: Db
  clock: Clock
  log: Log
}

/** Counts stand in memory for so long: a process that dies loses no more of them. */
const FLUSH_MS = 1_000
/** After a write that failed, with what came meanwhile. */
const AGAIN_MS = 10_000
const HOUR_MS = 3_600_000

/** Counts what plugins were refused, by instance, rule and hour, over all nodes. A flood costs a row, however long it is. */
export function databaseRefusals(means: RefusalMeans): Refusals & { stop(): Promise<void> } {
  const waiting = new Map<string, RefusedAsks>()
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()
  const flushIn = (ms: number) => void (timer ??= setTimeout(flush, ms).unref())
  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    const counted = take(waiting)
    writing = writing
      .then(() => means.db.transaction((trx) => count(means, trx, counted)))
      .catch((error: unknown) => {
        means.log.error({ error: String(error) }, 'refused questions not counted yet')
        for (const one of [...counted, ...take(waiting)]) add(waiting, one)
        flushIn(AGAIN_MS)
      })
  }
  return {
    note(refused) {
      add(waiting, refused)
      flushIn(FLUSH_MS)
    },
    async stop() {
      await writing
      if (waiting.size > 0) flush()
      await writing
      clearTimeout(timer)
    },
  }
}

const keyOf = ({ instance, rule }: RefusedAsks): string => `${instance} ${rule}`

/** The first reason stays. */
function add(waiting: Map<string, RefusedAsks>, refused: RefusedAsks): void {
  const known = waiting.get(keyOf(refused)) ?? { ...refused, asks: 0 }
  waiting.set(keyOf(refused), { ...known, asks: known.asks + refused.asks })
}

/** In one order on all nodes, so that no two wait for each other's rows. */
function take(waiting: Map<string, RefusedAsks>): RefusedAsks[] {
  const taken = [...waiting.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  waiting.clear()
  return taken
}

/** The hour in which they are counted, so that none comes late to one that was written down already. */
async function count({ clock }: RefusalMeans, trx: Trx, counted: readonly RefusedAsks[]): Promise<void> {
  for (const { instance, rule, asks, reason } of counted)
    await trx.run(sql`
      insert into plugin_refusals (instance_id, rule, hour, asks, reason)
      values (${instance}, ${rule}, ${hourOf(clock.ms())}, ${asks}, ${reason.replaceAll('\0', '\ufffd')})
      on conflict (instance_id, rule, hour) do update set asks = plugin_refusals.asks + excluded.asks`)
}

const hourOf = (ms: number) => instant(ms - (ms % HOUR_MS))

interface Counted {
  instance_id: string
  rule: string
  hour: string
  asks: number
  reason: string
  brand_id: string | null
}

const actor = systemActor('plugin_supervisor')
const AT_ONCE = 200

/** The step of every hour: of each hour that is over one entry of the audit log for each instance and rule. */
export async function auditRefusals(means: Means): Promise<{ entered: number }> {
  for (let entered = 0; ;) {
    const now = await means.db.transaction((trx) => enter(means, trx))
    entered += now
    if (now < AT_ONCE) return { entered }
  }
}

async function enter(means: Means, trx: Trx): Promise<number> {
  const rows = await trx.all<Counted>(sql`
    select r.*, i.brand_id from plugin_refusals r left join plugin_instances i on i.id = r.instance_id
    where r.hour < ${hourOf(means.clock.ms())} order by r.hour, r.instance_id, r.rule limit ${AT_ONCE}`)
  for (const { instance_id, rule, hour, asks, reason, brand_id } of rows) {
    // Two nodes may be at it: the one that takes the row away writes the entry.
    const taken = await trx.run(sql`
      delete from plugin_refusals where instance_id = ${instance_id} and rule = ${rule} and hour = ${hour}`)
    if (taken === 0) continue
    const about = { action: 'plugin_instance.refuse_ask', subject: instance_id, brandId: brand_id }
    await recordAudit(means, trx, actor, [
      { ...about, after: { rule, asks, hour }, reason: `${asks} × ${reason}` },
    ])
  }
  return rows.length
}
