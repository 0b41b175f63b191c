import { sql, type Queries } from '../../db/index.ts'
import type { BankAccountRow } from './bank-line.ts'
import { indexDocuments, type DocumentIndex } from './match-lines.ts'

/** All documents that money of this account may be for, in one statement. */
export async function openDocuments(
  queries: Queries,
  account: Pick<BankAccountRow, 'brand_id' | 'currency'>,
): Promise<DocumentIndex> {
  const rows = await queries.all<{
    id: string
    number: string
    name: string
    company: string | null
    open_minor: bigint
  }>(sql`
    select i.id, i.number, c.name, c.company, i.total_minor - coalesce((select sum(a.amount_minor) from allocations a where a.invoice_id = i.id), 0) as open_minor
    from invoices i join clients c on c.id = i.client_id
    where i.brand_id = ${account.brand_id} and i.currency = ${account.currency} and i.kind = 'invoice' and i.status = 'issued' order by i.id`)
  return indexDocuments(
    rows.map((row) => ({
      ...{ id: row.id, number: row.number, clientName: row.name, company: row.company },
      openMinor: row.open_minor,
    })),
  )
}
