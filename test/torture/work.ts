import { createHmac } from 'node:crypto'
import { billDay, billingConsumers, billingJobs, type PluginCalls } from '../../core/billing/index.ts'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import { words } from '../../core/app/wire/words.ts'
import { sql, type Db } from '../../core/db/index.ts'
import { deliverEvents } from '../../core/events/index.ts'
import { webhookWriter } from '../../core/http/webhooks/webhook-writer.ts'
import { createJobs, type JobEngine, type JobHandler, type JobHandlers } from '../../core/jobs/index.ts'
import {
  businessClock,
  idMaker,
  instant,
  isoDate,
  systemClock,
  type IsoDate,
} from '../../core/kernel/index.ts'
import { silentLog } from '../../core/log/index.ts'
import { webhookVerdicts } from '../../core/plugins/registry/webhook-verdict.ts'
import { noHooks, type Means } from '../../core/records/index.ts'
import { keyRing } from '../../core/secrets/index.ts'
import { serviceConsumers } from '../../core/services/index.ts'

export const TODAY = isoDate('2026-01-15')
export const WEBHOOK_SECRET = 'whsec_of_the_torture'
export const DECLINED_METHOD = 'pm_declined'

/** PostgreSQL notices after this that the node before is dead; on SQLite a process knows that it is alone. */
const SILENT_MS = 240
const DRAIN_MS = 60_000

export interface TortureMeans extends Means {
  engine: JobEngine
}

/** Means on the real engine, with the business day standing still. */
export async function tortureMeans(db: Db, day: IsoDate): Promise<TortureMeans> {
  const newId = idMaker(systemClock)
  const engine = await createJobs({ db, clock: systemClock, newId })
  const at = Date.parse(`${day}T10:00:00Z`)
  return {
    db,
    clock: systemClock,
    business: businessClock({ now: () => instant(at), ms: () => at }, () => 0),
    newId,
    jobs: engine,
    engine,
    log: silentLog,
    keys: keyRing(`torture:${Buffer.alloc(32, 3).toString('base64')}`),
    files: {
      keep: () => Promise.resolve('0'.repeat(64)),
      read: () => Promise.reject(new Error('no files here')),
    },
    hooks: noHooks,
    messages: words(),
    publicUrl: 'http://localhost',
  }
}

/** The two paths that move money, each by itself, and both at once. */
export const PATHS = ['webhooks', 'run', 'both'] as const
export type Path = (typeof PATHS)[number]

export interface WorkOrder {
  path: Path
  /** 1 leads to the same statements in the same order each time. */
  jobsAtOnce: number
  /** Webhooks that the sender need not send again, because it was told that they are stored. */
  acknowledged: readonly number[]
}

export interface Witness {
  begins(): void
  /** The sender heard 200 for its nth webhook. */
  acknowledged(n: number): void
}

/**
 * What a day brings: every webhook twice, or the billing run, or both, and all jobs that follow. It may be started again
 * at any point, as a process that died is.
 */
export async function doTheWork(db: Db, order: WorkOrder, witness: Witness): Promise<void> {
  const means = await tortureMeans(db, TODAY)
  const { path, jobsAtOnce } = order
  const acts = [
    ...(path === 'run' ? [] : [sendWebhooks(order, witness)]),
    ...(path === 'webhooks' ? [] : [bill]),
  ]
  witness.begins()
  await withRunner(means, async () => void (await Promise.all(acts.map((act) => act(means)))), jobsAtOnce)
}

const bill = async (means: Means): Promise<void> => void (await billDay(billingDeps(means), TODAY))

/** Runs jobs beside the work, and ends when none is left. */
export async function withRunner(
  means: TortureMeans,
  work: () => Promise<void>,
  concurrency = 10,
): Promise<void> {
  const alone = means.db.dialect === 'sqlite'
  const options = { log: silentLog, concurrency, ...(alone ? { alone } : { silentMs: SILENT_MS }) }
  const runner = means.engine.runner(handlers(means), options)
  await runner.start()
  await work()
  await means.engine.drained(DRAIN_MS)
  await runner.stop()
}

function handlers(means: TortureMeans): JobHandlers {
  const consumers = [...billingConsumers(means), ...serviceConsumers(means)]
  const payments = {
    ...means,
    plugins: gateway(means),
    translator: (locale: string) => words().translator(locale),
  }
  return {
    ...billingJobs(payments),
    'events.deliver': ({ ids }: { ids: readonly string[] }) => deliverEvents(means, consumers, ids),
    'billing.document': told(means, 'document'),
    'mail.send': told(means, 'mail'),
    'services.deliver': told(means, 'delivery'),
  }
}

/** Work for the outside is written down instead of being done: each job once, as a mail server would see it. */
function told(means: Means, what: string): JobHandler {
  return async (payload: object, { jobId }) =>
    tell(means, { job: jobId, what, told: JSON.stringify(payload) })
}

async function tell(
  means: Means,
  { job, what, told }: Record<'job' | 'what' | 'told', string>,
): Promise<void> {
  await means.db.run(sql`
    insert into torture_outside (job, what, told) values (${job}, ${what}, ${told}) on conflict (job, what) do nothing`)
}

/** A gateway that takes or declines a saved method, once for each key, and whose webhooks say what they mean. */
function gateway(means: Means): PluginCalls {
  return {
    call: async <T>(_instance: string, _kind: string, operation: string, input: object) => {
      if (operation === 'handle_event') return JSON.parse((input as { body: string }).body) as T
      const { idempotency_key: key, method, amount } = input as Record<string, string>
      await tell(means, { job: key!, what: operation, told: JSON.stringify(amount) })
      if (method === DECLINED_METHOD)
        return { outcome: 'declined', code: 'card_declined', message: 'Declined.', retry: 'later' } as T
      return { outcome: 'succeeded', reference: `ch_${key}`, amount } as T
    },
  }
}

interface Hosted {
  id: string
  instance_id: string
  effect_key: string
  amount_minor: bigint
}

/** One, the others at once, then all again in the other order, as senders do that did not hear the answer. */
const sendWebhooks =
  (order: WorkOrder, witness: Witness) =>
  async (means: Means): Promise<void> => {
    const verdict = webhookVerdicts(means)
    const store = webhookWriter(means)
    const rows = await means.db.all<Hosted>(
      sql`select id, instance_id, effect_key, amount_minor from payments where kind = 'hosted' order by effect_key`,
    )
    const send = async (row: Hosted, n: number) => {
      if (order.acknowledged.includes(n)) return
      const webhook = { instanceId: row.instance_id, address: '127.0.0.1', ...signed(means, eventOf(row)) }
      const judged = await verdict(row.instance_id, webhook)
      if (judged.verdict === 'refused') throw new Error(`A good webhook was refused: ${judged.reason}`)
      await store({ webhook, verdict: judged })
      witness.acknowledged(n)
    }
    const [first, ...others] = rows
    if (first) await send(first, 0)
    await Promise.all(others.map((row, n) => send(row, n + 1)))
    for (const [n, row] of [...rows.entries()].toReversed()) await send(row, rows.length + n)
  }

function eventOf(row: Hosted): object {
  const amount = { minor: row.amount_minor.toString(), currency: 'EUR' }
  const result = { outcome: 'succeeded', reference: `pi_${row.effect_key}`, amount }
  return { id: `evt_${row.effect_key}`, facts: [{ fact: 'payment', payment_id: row.id, result }] }
}

function signed({ clock }: Means, event: object): { body: string; headers: Record<string, string> } {
  const body = JSON.stringify(event)
  const t = Math.floor(clock.ms() / 1000)
  const signature = createHmac('sha256', WEBHOOK_SECRET).update(`${t}.${body}`).digest('hex')
  return { body, headers: { 'x-signature': `t=${t},v1=${signature}` } }
}
