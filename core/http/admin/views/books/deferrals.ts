import { all, sql } from '../../../../db/index.ts'
import { addDays, type IsoDate } from '../../../../kernel/index.ts'
import { scoped } from '../../../../records/index.ts'
import { url } from '../../../../render/index.ts'
import { inMoney, type Block } from '../../blocks.ts'
import type { Desk } from '../../desk.ts'
import { allowed } from '../clients.ts'
import { monthName } from '../words.ts'
import type { BrandName } from './asked-days.ts'

interface Deferral {
  id: string
  brand_id: string
  month: string
  starts_on: IsoDate
  ends_on: IsoDate
  currency: string
  deferred_minor: bigint
  moved_minor: bigint
  journal_id: string | null
}

/**
 * What the closed months deferred: the balance of the deferred accounts at their end opens into the documents that wait,
 * what moved into its journal.
 */
export async function deferralTable(desk: Desk, brands: readonly BrandName[]): Promise<Block> {
  const { means, actor, t } = desk
  const rows = await means.db.all<Deferral>(sql`
    select d.id, d.brand_id, m.month, m.starts_on, m.ends_on, d.currency, d.deferred_minor, d.moved_minor, j.id as journal_id
    from income_deferrals d join ledger_months m on m.id = d.month_id
      left join journals j on j.source_id = d.id and j.kind = 'income_deferred'
    where ${all([scoped(actor, { table: 'd', client: null }), sql`d.undone_at is null`])} order by m.month desc, d.id limit 240`)
  const named = brands.length > 1
  const brandOf = (id: string) => brands.find((brand) => brand.id === id)?.name ?? id
  return {
    kind: 'table',
    id: 'ledger-deferrals',
    title: t('books.months.deferred'),
    columns: [
      { label: t('books.label.month'), phone: 'title' },
      ...(named ? [{ label: t('books.label.brand') }] : []),
      { label: t('books.label.deferred'), align: 'end', phone: 'side' },
      { label: t('books.label.moved'), align: 'end' },
    ],
    rows: rows.map((row) => ({
      id: `deferral-${row.id}`,
      label: monthName(desk, row.month),
      cells: [
        monthName(desk, row.month),
        ...(named ? [brandOf(row.brand_id)] : []),
        inMoney(row.deferred_minor, row.currency, waitingAt(desk, row)),
        inMoney(row.moved_minor, row.currency, row.journal_id ? journalAt(row.journal_id) : undefined),
      ],
    })),
    empty: { title: t('books.months.no_deferred') },
  }
}

const journalAt = (id: string): string => `/admin/ledger/journals/${id}`

/** The documents that wait at the end of the month, for those who may read reports. */
function waitingAt(
  desk: Desk,
  { month, starts_on, ends_on, currency, brand_id }: Deferral,
): string | undefined {
  if (!allowed(desk, 'report.read')) return undefined
  const days = { from: starts_on, to: addDays(ends_on, -1), brand: brand_id }
  return url('/admin/reports/deferred_income/documents', { ...days, of_month: month, currency })
}
