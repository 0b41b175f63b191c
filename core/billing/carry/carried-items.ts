import { list, sql, type Trx } from '../../db/index.ts'
import { ChangedMeanwhile, type IsoDate } from '../../kernel/index.ts'
import type { DueItem } from '../billable-source.ts'
import type { DraftLine } from '../draft.ts'

/** What was charged and not yet invoiced, because the sum was too small. */
export interface CarriedRow {
  charge_id: string
  brand_id: string
  client_id: string
  currency: string
  due_on: IsoDate
  /** Waits no longer than this. */
  until_on: IsoDate
  line: string
}

/** Handed back to `advance`. */
export interface CarriedStep {
  chargeIds: string[]
}

/** One item a client: it joins the next document, and becomes one by itself when it has waited for too long by the day. */
export function carriedItems(rows: readonly CarriedRow[], untilOn?: IsoDate): DueItem[] {
  const items = new Map<string, DueItem & { lines: DraftLine[]; step: CarriedStep }>()
  for (const row of rows) {
    const key = `${row.client_id} ${row.brand_id} ${row.currency}`
    const item = items.get(key) ?? {
      ...{ sourceId: row.client_id, clientId: row.client_id, brandId: row.brand_id, currency: row.currency },
      ...{ dueOn: row.due_on, lines: [], step: { chargeIds: [] }, joins: true },
    }
    item.lines.push(readLine(row))
    item.step.chargeIds.push(row.charge_id)
    if (untilOn !== undefined && row.until_on <= untilOn) item.forced = true
    items.set(key, item)
  }
  return [...items.values()]
}

type Stored = Omit<DraftLine, 'unitMinor' | 'amountMinor'> & { unitMinor: string; amountMinor: string }

function readLine({ line, charge_id: chargeId }: CarriedRow): DraftLine {
  const stored = JSON.parse(line) as Stored
  const { unitMinor, amountMinor } = stored
  return { ...stored, unitMinor: BigInt(unitMinor), amountMinor: BigInt(amountMinor), chargeId }
}

/** Takes sums off the list of those that wait; one that somebody else took meanwhile refuses the whole write. */
export async function placeCarried(trx: Trx, chargeIds: readonly string[]): Promise<void> {
  if (chargeIds.length === 0) return
  const placed = await trx.run(
    sql`update carried_lines set placed = 1 where placed = 0 and charge_id in (${list(chargeIds)})`,
  )
  if (placed !== chargeIds.length)
    throw ChangedMeanwhile({ what: 'carried sum', id: `${chargeIds.length - placed} of ${chargeIds.length}` })
}
