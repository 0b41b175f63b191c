import { sql, type Sql } from '../../db/index.ts'

/**
 * The condition that a payment, by the name p, is for a document: for it alone, or for several that it is one of. The
 * ids come first, so that both engines find the payments by them.
 */
export const paymentsFor = (invoiceId: Sql): Sql =>
  sql`p.id in (select q.id from payments q where q.invoice_id = ${invoiceId} union all select d.payment_id from payment_documents d where d.invoice_id = ${invoiceId})`

/**
 * The condition that no money is reserved or under way for a document by the name i: nobody is dunned for what the bank
 * is about to bring.
 */
export const nothingComing: Sql = sql`not exists (select 1 from payments p where ${paymentsFor(sql`i.id`)} and p.status in ('authorised', 'pending'))`
