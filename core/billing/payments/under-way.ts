import { sql, type Sql } from '../../db/index.ts'

/**
 * The condition that a payment, by the name p, is for a document: for it alone, or for several that it is one of. The
 * ids come first, so that both engines find the payments by them.
 */
export const paymentsFor = (invoiceId: Sql): Sql =>
  sql`p.id in (select q.id from payments q where q.invoice_id = ${invoiceId} union all select d.payment_id from payment_documents d where d.invoice_id = ${invoiceId})`
