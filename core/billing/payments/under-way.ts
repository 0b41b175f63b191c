import { sql, type Sql } from '../../db/index.ts'

/**
 * The condition that a payment, by the name p, is for a document: for it alone, or for several that it is one of. The
 * ids come first, so that both engines find the payments by them.
 */
export const paymentsFor = (invoiceId: Sql): Sql =>
  sql`p.id in (select q.id from payments q where q.invoice_id = ${invoiceId} union all select d.payment_id from payment_documents d where d.invoice_id = ${invoiceId})`

/** The condition that no money is reserved for a document by the name i: one that is as good as paid is not dunned. */
export const nothingReserved: Sql = sql`not exists (select 1 from payments h where h.invoice_id = i.id and h.status = 'authorised')`
