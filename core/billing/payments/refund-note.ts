import { forUpdate, list, sql, type Sql, type Trx } from '../../db/index.ts'
import { assert, type Actor } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'
import type { InvoiceRow } from '../invoice.ts'
import { lockCredit } from '../credit/credit-standing.ts'
import { enterRefund } from './enter-refund.ts'
import type { PaymentRow } from './payment.ts'
import { refundable } from './refundable.ts'

export interface NoteRefund {
  noteId: string
  /** What of its value is money: above zero, no promotional credit in it. */
  mostMinor: bigint
  serviceIds: readonly string[]
  /** Of this document of theirs alone. */
  invoiceId?: string
  reason: string
  /** Of the act that gives it back: the same act refunds once. */
  once: string
}

/**
 * Sends the value of a credit note back to the payments that paid for these services, newest first, no more than each of
 * them brought. What no payment through a gateway reaches stays credit of the client. Answers what goes back.
 */
export async function refundNote(means: Means, trx: Trx, wish: NoteRefund, actor: Actor): Promise<bigint> {
  const note = await trx.get<InvoiceRow>(sql`select * from invoices where id = ${wish.noteId}`)
  assert(note, `credit note ${wish.noteId} exists`)
  const one = wish.invoiceId === undefined ? sql`` : sql`and l.invoice_id = ${wish.invoiceId}`
  const documents = sql`select l.invoice_id from invoice_lines l where l.source_id in (${list(wish.serviceIds)}) ${one}`
  const payments = await trx.all<PaymentRow>(sql`
    select * from payments where status = 'succeeded' and instance_id is not null and client_id = ${note.client_id}
      and currency = ${note.currency} and (invoice_id in (${documents}) or invoice_id is null and id in (
        select a.payment_id from allocations a where a.kind = 'payment' and a.invoice_id in (${documents})))
    order by id desc ${forUpdate(trx.dialect)}`)
  const { paidMinor: credit } = await lockCredit(trx, note.client_id, note.currency)
  const mostMinor = credit < wish.mostMinor ? credit : wish.mostMinor
  let left = mostMinor
  for (const payment of payments)
    for (const documentId of payment.invoice_id
      ? [payment.invoice_id]
      : await paidBy(trx, payment, documents)) {
      const open = await refundable(trx, payment, documentId)
      const amountMinor = open < left ? open : left
      if (amountMinor <= 0n) continue
      left -= amountMinor
      const once = payment.invoice_id ? wish.once : `${wish.once}/${documentId}`
      const of = {
        payment_id: payment.id,
        invoice_id: documentId,
        amountMinor,
        destination: 'source',
      } as const
      await enterRefund({ means, trx, actor }, payment, { ...of, note, once, reason: wish.reason })
    }
  return mostMinor - left
}

/** Which of the documents a payment for several paid, newest first. */
async function paidBy(trx: Trx, { id }: PaymentRow, documents: Sql): Promise<string[]> {
  const rows = await trx.all<{ id: string }>(sql`
    select distinct a.invoice_id as id from allocations a
    where a.payment_id = ${id} and a.kind = 'payment' and a.invoice_id in (${documents}) order by a.invoice_id desc`)
  return rows.map((row) => row.id)
}
