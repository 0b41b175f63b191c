import { list, sql, type Queries, type Sql, type Trx } from '../../db/index.ts'
import { ChangedMeanwhile } from '../../kernel/index.ts'
import { aheadColumns, aheadOf, type Ahead } from '../ahead.ts'
import { periodsLeft, type BillableSource, type DueWindow } from '../billable-source.ts'
import { carriedItems, placeCarried, type CarriedRow, type CarriedStep } from '../carry/carried-items.ts'
import { ofBrands } from '../run/zones.ts'
import { planBillable, type BillableItem, type BillableLine, type BillableStep } from './billable.ts'

/**
 * Items outside products, and sums that were carried forward, as the run sees them. What waits for the next invoice
 * brings no client by itself, unless it has waited for too long.
 */
export const billableItemsSource: BillableSource = {
  name: 'billable items',
  joins: true,

  dueClients: (window) => [
    sql`select b.client_id from billable_items b where ${dated(window)}`,
    sql`select c.client_id from carried_lines c where c.placed = 0 and c.until_on <= ${window.untilOn}
      and ${ofBrands(sql`c.brand_id`, window.brandIds ?? null)}`,
  ],

  async dueItems(queries, { clientIds, ...window }) {
    if (clientIds.length === 0) return []
    const rows = await readDue(queries, clientIds, window)
    const items = rows.filter(({ line }) => line === null)
    const carried = rows.flatMap((row) => (row.line === null ? [] : [carriedRow(row, row.line)]))
    const lines = await linesOf(
      queries,
      items.map(({ id }) => id),
    )
    const due = items.flatMap((item) => {
      const untilOn = item.until_on ?? window.untilOn
      const most = periodsLeft(window, item.id)
      const planned = planBillable(item, lines.get(item.id) ?? [], { untilOn, most })
      return planned ? [{ ...planned, ...aheadOf(item) }] : []
    })
    return [...due, ...carriedItems(carried, window.untilOn)]
  },

  async advance(trx, items) {
    const steps = items.map(({ step }) => step as BillableStep | CarriedStep)
    await placeCarried(
      trx,
      steps.flatMap((step) => ('chargeIds' in step ? step.chargeIds : [])),
    )
    await advanceBillables(
      trx,
      steps.flatMap((step) => ('chargeIds' in step ? [] : [step])),
    )
  },
}

/** An item, or with a line a carried sum in the columns of one. */
type DueRow = BillableItem & Ahead & { line: string | null }

const carriedRow = (row: DueRow, line: string): CarriedRow => ({
  ...{ charge_id: row.id, brand_id: row.brand_id, client_id: row.client_id, currency: row.currency },
  ...{ due_on: row.anchor_on, until_on: row.next_on!, line },
})

function readDue(queries: Queries, clientIds: readonly string[], window: DueWindow): Promise<DueRow[]> {
  const { brandIds = null, untilOf, leadOf, monthlyOf } = window
  // As many as the columns of what is asked besides, which sums that wait do not have.
  const nothing = [untilOf, leadOf, monthlyOf].filter(Boolean).reduce((text) => sql`${text}, null`, sql``)
  return queries.all<DueRow>(sql`
    select b.id, b.brand_id, b.client_id, b.currency, b.name, b.timing, b.cycle, b.times, b.done, b.anchor_on, b.next_on,
      b.apart, b.notes, b.status, null as line${aheadColumns(window, SCOPES)}
    from billable_items b where b.client_id in (${list(clientIds)}) and (${dated(window)} or ${waiting(window)})
    union all
    select c.charge_id, c.brand_id, c.client_id, c.currency, '', 'next', null, null, 0, c.due_on, c.until_on,
      0, null, 'active', c.line${nothing}
    from carried_lines c where c.client_id in (${list(clientIds)}) and c.placed = 0 and ${ofBrands(sql`c.brand_id`, brandIds)}
    order by client_id, id`)
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
async function advanceBillables(trx: Trx, steps: readonly BillableStep[]): Promise<void> {
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
