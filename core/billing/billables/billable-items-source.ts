import { list, sql, type Queries, type Sql, type Trx } from '../../db/index.ts'
import { ChangedMeanwhile } from '../../kernel/index.ts'
import { aheadColumns, aheadOf, type Ahead } from '../ahead.ts'
import type { BillableSource, DueItem, DueWindow } from '../billable-source.ts'
import { ofBrands } from '../run/zones.ts'
import { planBillable, type BillableItem, type BillableLine, type BillableStep } from './billable.ts'

/** Items outside products as the run sees them. Those that wait for the next invoice bring no client by themselves. */
export const billableItemsSource: BillableSource = {
  name: 'billable items',

  async dueClients(queries, { afterClientId, limit, ...window }) {
    const rows = await queries.all<{ client_id: string }>(sql`
      select distinct b.client_id from billable_items b where b.client_id > ${afterClientId} and ${dated(window)}
      order by b.client_id limit ${limit}`)
    return rows.map((row) => row.client_id)
  },

  async dueItems(queries, { clientIds, ...window }) {
    if (clientIds.length === 0) return []
    const among = sql`b.client_id in (${list(clientIds)}) and (${dated(window)} or ${waiting(window)})`
    const items = await queries.all<BillableItem & Ahead>(
      sql`select b.*${aheadColumns(window, SCOPES)} from billable_items b where ${among} order by b.client_id, b.id`,
    )
    const lines = await linesOf(
      queries,
      items.map(({ id }) => id),
    )
    return items.flatMap((item) => {
      const untilOn = item.until_on ?? window.untilOn
      const every = window.everyPeriod ? { everyPeriod: true } : {}
      const due = planBillable(item, lines.get(item.id) ?? [], { untilOn, ...every })
      return due ? [{ ...due, ...aheadOf(item) }] : []
    })
  },

  advance: advanceBillables,
}

const SCOPES = { brand: sql`b.brand_id`, client: sql`b.client_id` }

function dated({ untilOn, untilOf, brandIds = null }: DueWindow): Sql {
  const until = untilOf ? sql` and b.next_on <= ${untilOf(SCOPES)}` : sql``
  return sql`b.status = 'active' and b.next_on <= ${untilOn}${until} and ${ofBrands(SCOPES.brand, brandIds)}`
}

const waiting = ({ brandIds = null }: DueWindow): Sql =>
  sql`b.status = 'active' and b.timing = 'next' and ${ofBrands(SCOPES.brand, brandIds)}`

export async function linesOf(
  queries: Queries,
  itemIds: readonly string[],
): Promise<Map<string, BillableLine[]>> {
  const lines = new Map<string, BillableLine[]>()
  if (itemIds.length === 0) return lines
  const rows = await queries.all<BillableLine>(
    sql`select * from billable_lines where item_id in (${list(itemIds)}) order by item_id, position`,
  )
  for (const row of rows) {
    const known = lines.get(row.item_id)
    if (known) known.push(row)
    else lines.set(row.item_id, [row])
  }
  return lines
}

/** Moves items on in one statement; one that has moved or was stopped meanwhile refuses the whole write. */
async function advanceBillables(trx: Trx, items: readonly DueItem[]): Promise<void> {
  const steps = items.map((item) => item.step as BillableStep)
  if (steps.length === 0) return
  const changed = await trx.run(sql`
    update billable_items set done = v.to_done, next_on = v.next_on, status = v.status, version = version + 1
    from ${asRows(trx, steps)} where billable_items.id = v.id and billable_items.done = v.from_done and billable_items.status = 'active'`)
  if (changed !== steps.length)
    throw ChangedMeanwhile({ what: 'billable item', id: `${steps.length - changed} of ${steps.length}` })
}

/** The steps as a table "v", in one JSON text. */
function asRows(trx: Trx, steps: readonly BillableStep[]): Sql {
  const text = JSON.stringify(steps)
  if (trx.dialect === 'postgres')
    return sql`json_to_recordset(${text}::json) as v(id text, from_done bigint, to_done bigint, next_on text, status text)`
  return sql`(select value ->> 'id' as id, value ->> 'from_done' as from_done, value ->> 'to_done' as to_done,
      value ->> 'next_on' as next_on, value ->> 'status' as status from json_each(${text})) as v`
}
