import { list, sql, type Queries } from '../../db/index.ts'
import type { IsoDate } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'
import { todayOf } from '../open-amount.ts'
import { askedOfParts, type InstalmentRow } from './instalment-plan.ts'

interface Asked {
  id: string
  brand_id: string
  owed_on: string | null
  total_minor: bigint
}

interface Open {
  invoice: Omit<Asked, 'brand_id'>
  openMinor: bigint
}

/**
 * What of a document's open sum is asked for now: all of it, or by its plan the parts that are due, else the next one.
 */
export async function askedNow(
  means: Pick<Means, 'business'>,
  queries: Queries,
  { invoice, openMinor }: { invoice: Asked; openMinor: bigint },
): Promise<bigint> {
  if (invoice.owed_on === null || openMinor <= 0n) return openMinor
  const today = await todayOf(means, queries, invoice.brand_id)
  return (await askedNowOf(queries, [{ invoice, openMinor }], today))(invoice.id)
}

/** The same for documents together: one statement, and none where no plan can be. */
export async function askedNowOf(
  queries: Queries,
  open: readonly Open[],
  today: IsoDate,
): Promise<(invoiceId: string) => bigint> {
  const planned = open.filter(({ invoice, openMinor }) => invoice.owed_on !== null && openMinor > 0n)
  const ids = planned.map(({ invoice }) => invoice.id)
  const rows =
    ids.length === 0
      ? []
      : await queries.all<InstalmentRow>(sql`
          select t.* from instalment_plans p join instalments t on t.plan_id = p.id
          where p.status = 'active' and p.invoice_id in (${list(ids)}) order by t.position`)
  const parts = Map.groupBy(rows, (row) => row.invoice_id)
  const asked = new Map(
    open.map(({ invoice, openMinor }) => {
      const own = parts.get(invoice.id)
      const allocatedMinor = invoice.total_minor - openMinor
      return [invoice.id, own ? askedOfParts(own, { allocatedMinor, today }) : openMinor]
    }),
  )
  return (invoiceId) => asked.get(invoiceId) ?? 0n
}
