import { sql, type Queries, type Sql } from '../../db/index.ts'
import type { BankAccountRow } from './bank-line.ts'
import { indexDocuments, type DocumentIndex } from './match-lines.ts'

/** All documents that money of this account may be for, with what their payers were told to write. */
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
    from invoices i join clients c on c.id = i.client_id where ${isOpen(account)} order by i.id`)
  const told = await queries.all<{ invoice_id: string; reference: string }>(sql`
    select distinct p.invoice_id, p.reference from invoices i join payments p on p.invoice_id = i.id
    where ${isOpen(account)} and p.kind = 'hosted' and p.reference is not null`)
  const references = Map.groupBy(told, ({ invoice_id }) => invoice_id)
  return indexDocuments(
    rows.map((row) => ({
      ...{ id: row.id, number: row.number, clientName: row.name, company: row.company },
      openMinor: row.open_minor,
      references: (references.get(row.id) ?? []).map(({ reference }) => reference),
    })),
  )
}

const isOpen = ({ brand_id, currency }: Pick<BankAccountRow, 'brand_id' | 'currency'>): Sql =>
  sql`i.brand_id = ${brand_id} and i.currency = ${currency} and i.kind = 'invoice' and i.status = 'issued'`
