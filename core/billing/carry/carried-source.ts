import { all, list, sql, type Queries, type Trx } from '../../db/index.ts'
import { addDays, ChangedMeanwhile, type IsoDate } from '../../kernel/index.ts'
import { readSetting } from '../../records/index.ts'
import type { BillableSource, DueItem } from '../billable-source.ts'
import type { DraftLine } from '../draft.ts'
import { ofBrands } from '../run/zones.ts'
import { carryDays } from '../settings.ts'

interface CarriedRow {
  charge_id: string
  brand_id: string
  client_id: string
  currency: string
  due_on: IsoDate
  line: string
}

interface Carried {
  chargeIds: string[]
}

/**
 * What was charged and not yet invoiced, because the sum was too small. It joins the next document of its client, and
 * becomes one by itself when it has waited for too long.
 */
export const carriedSource: BillableSource = {
  name: 'carried sums',

  async dueClients(queries, { afterClientId, limit, untilOn, brandIds = null }) {
    const latest = await latestDay(queries, untilOn)
    const rows = await queries.all<{ client_id: string }>(sql`
      select distinct c.client_id from carried_lines c where c.client_id > ${afterClientId} and c.placed = 0
        and c.due_on <= ${latest} and ${ofBrands(sql`c.brand_id`, brandIds)}
      order by c.client_id limit ${limit}`)
    return rows.map((row) => row.client_id)
  },

  async dueItems(queries, { clientIds, untilOn, brandIds = null }) {
    if (clientIds.length === 0) return []
    const among = all([sql`c.client_id in (${list(clientIds)})`, sql`c.placed = 0`])
    const rows = await queries.all<CarriedRow>(sql`
      select c.charge_id, c.brand_id, c.client_id, c.currency, c.due_on, c.line from carried_lines c
      where ${among} and ${ofBrands(sql`c.brand_id`, brandIds)} order by c.client_id, c.due_on, c.charge_id`)
    if (rows.length === 0) return []
    return itemsOf(rows, await latestDay(queries, untilOn))
  },

  async advance(trx, items) {
    await place(
      trx,
      items.flatMap((item) => (item.step as Carried).chargeIds),
    )
  },
}

/** What fell due up to this day waits no longer. */
const latestDay = async (queries: Queries, untilOn: IsoDate): Promise<IsoDate> =>
  addDays(untilOn, -(await readSetting(queries, carryDays)))

function itemsOf(rows: readonly CarriedRow[], latest: IsoDate): DueItem[] {
  const items = new Map<string, DueItem & { lines: DraftLine[] }>()
  for (const row of rows) {
    const key = `${row.client_id} ${row.brand_id} ${row.currency}`
    const item = items.get(key) ?? {
      ...{ sourceId: row.client_id, clientId: row.client_id, brandId: row.brand_id, currency: row.currency },
      ...{ dueOn: row.due_on, lines: [], step: { chargeIds: [] } satisfies Carried, joins: true },
    }
    item.lines.push(readLine(row))
    ;(item.step as Carried).chargeIds.push(row.charge_id)
    if (row.due_on <= latest) item.forced = true
    items.set(key, item)
  }
  return [...items.values()]
}

type Stored = Omit<DraftLine, 'unitMinor' | 'amountMinor'> & { unitMinor: string; amountMinor: string }

function readLine({ line, charge_id: chargeId }: CarriedRow): DraftLine {
  const stored = JSON.parse(line) as Stored
  return {
    ...stored,
    unitMinor: BigInt(stored.unitMinor),
    amountMinor: BigInt(stored.amountMinor),
    chargeId,
  }
}

async function place(trx: Trx, chargeIds: readonly string[]): Promise<void> {
  if (chargeIds.length === 0) return
  const placed = await trx.run(
    sql`update carried_lines set placed = 1 where placed = 0 and charge_id in (${list(chargeIds)})`,
  )
  if (placed !== chargeIds.length)
    throw ChangedMeanwhile({ what: 'carried sum', id: `${chargeIds.length - placed} of ${chargeIds.length}` })
}
