import { forUpdate, list, sql, type Trx } from '../../db/index.ts'
import { assert, type Actor } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'
import type { InvoiceRow } from '../invoice.ts'
import { lockCredit } from '../credit/credit-standing.ts'
import type { PaymentRow } from './payment.ts'
import { enterRefund, refundable } from './refund-payment.ts'

export interface NoteRefund {
  noteId: string
  serviceIds: readonly string[]
  reason: string
  /** Of the act that gives it back: the same act refunds once. */
  once: string
}

/**
 * Sends the value of a credit note back to the payments that paid for these services, newest first, no more than each of
 * them brought. What no payment through a gateway reaches stays credit of the client.
 */
export async function refundNote(means: Means, trx: Trx, wish: NoteRefund, actor: Actor): Promise<void> {
  const note = await trx.get<InvoiceRow>(sql`select * from invoices where id = ${wish.noteId}`)
  assert(note, `credit note ${wish.noteId} exists`)
  const payments = await trx.all<PaymentRow>(sql`
    select * from payments where status = 'succeeded' and instance_id is not null and client_id = ${note.client_id}
      and currency = ${note.currency} and invoice_id in (
        select l.invoice_id from invoice_lines l where l.source_id in (${list(wish.serviceIds)}))
    order by id desc ${forUpdate(trx.dialect)}`)
  const { paidMinor: credit } = await lockCredit(trx, note.client_id, note.currency)
  let left = credit < -note.total_minor ? credit : -note.total_minor
  for (const payment of payments) {
    const open = await refundable(trx, payment)
    const amountMinor = open < left ? open : left
    if (amountMinor <= 0n) continue
    left -= amountMinor
    const wanted = { payment_id: payment.id, amountMinor, destination: 'source', note } as const
    await enterRefund({ means, trx, actor }, payment, { ...wanted, reason: wish.reason, once: wish.once })
  }
}
