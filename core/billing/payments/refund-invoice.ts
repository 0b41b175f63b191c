import { forUpdate, sql, type Trx } from '../../db/index.ts'
import type { Actor } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'
import { creditLines } from '../credit-invoice.ts'
import { lockCredit } from '../credit/credit-standing.ts'
import { creditSurcharge, enterRefund } from './enter-refund.ts'
import type { PaymentRow } from './payment.ts'
import { refundable } from './refundable.ts'

/**
 * Credits a document as a whole and enters the refunds of what was paid on it: an order that falls through after
 * payment. Money that came by hand stays the client's credit.
 */
export async function refundInvoice(
  means: Means,
  trx: Trx,
  { invoiceId, reason }: { invoiceId: string; reason: string },
  actor: Actor,
): Promise<void> {
  const paid = await trx.all<PaymentRow>(sql`
    select * from payments where status = 'succeeded' and (invoice_id = ${invoiceId} or invoice_id is null and id in (
      select a.payment_id from allocations a where a.invoice_id = ${invoiceId} and a.kind = 'payment'))
    order by id ${forUpdate(trx.dialect)}`)
  const unasked = 'plugins were asked about the end of the order'
  const note = await creditLines(means, trx, { invoiceId, reason, unasked, evenGivenUp: true }, actor)
  for (const payment of paid) {
    const isAlone = payment.invoice_id === invoiceId
    const open = await refundable(trx, payment, invoiceId)
    if (open <= 0n || !payment.instance_id) continue
    // A surcharge for several documents stays with the others.
    if (isAlone) await creditSurcharge({ means, trx, actor }, payment, reason)
    // What was paid too much may be used by now: no more goes out than the client holds.
    const { paidMinor } = await lockCredit(trx, payment.client_id, payment.currency)
    const amountMinor = paidMinor < open ? paidMinor : open
    if (amountMinor <= 0n) continue
    const of = { payment_id: payment.id, invoice_id: invoiceId, amountMinor, destination: 'source' } as const
    const once = isAlone ? 'order' : `order/${invoiceId}`
    await enterRefund({ means, trx, actor }, payment, { ...of, reason, once, note })
  }
}
