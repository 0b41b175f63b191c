import { forUpdate, list, sql, type Trx } from '../db/index.ts'

/**
 * Keeps all documents that charged something for services, or gave it back, until the transaction ends. Whoever works out
 * what is left of them does so after it: a credit note or another end that comes at the same moment waits, and finds
 * what was given back. Services are locked before it, the credit of their client after it.
 */
export async function lockCharged(trx: Trx, serviceIds: readonly string[]): Promise<void> {
  // SQLite has one writer.
  if (trx.dialect === 'sqlite' || serviceIds.length === 0) return
  await trx.all(sql`
    select id from invoices where id in (select l.invoice_id from invoice_lines l where l.source_id in (${list(serviceIds)}))
    order by id ${forUpdate(trx.dialect)}`)
}
