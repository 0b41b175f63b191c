import { sql, type Queries } from '../../db/index.ts'
import { addMonths, defineLifecycle, isoDate, type Instant, type IsoDate } from '../../kernel/index.ts'
import type { StatefulRow } from '../../records/index.ts'

/** The row of a month is made when it is closed for the first time. */
export const ledgerMonthLifecycle = defineLifecycle('ledger_month', {
  initial: 'closed',
  transitions: {
    reopen: { from: ['closed'], to: 'reopened', irreversible: true },
    close: { from: ['reopened'], to: 'closed' },
  },
})

export interface LedgerMonthRow extends StatefulRow {
  brand_id: string
  /** "2026-01" */
  month: string
  starts_on: IsoDate
  /** The first day of the next month. */
  ends_on: IsoDate
  status: 'closed' | 'reopened'
  closed_at: Instant
  created_at: Instant
  updated_at: Instant
}

export function daysOfMonth(month: string): { startsOn: IsoDate; endsOn: IsoDate } {
  const startsOn = isoDate(`${month}-01`)
  return { startsOn, endsOn: addMonths(startsOn, 1) }
}

export const monthOf = (day: IsoDate): string => day.slice(0, 7)

/** The first day on which the books of a brand are open; null while nothing was ever closed. */
export async function openFrom(queries: Queries, brandId: string): Promise<IsoDate | null> {
  const row = await queries.get<{ until_on: IsoDate }>(
    sql`select until_on from closed_books where brand_id = ${brandId}`,
  )
  return row?.until_on ?? null
}
