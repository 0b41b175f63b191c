import { forUpdate, sql, type Queries, type Sql, type Trx } from '../../db/index.ts'
import type { Actor } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'
import { creditLines } from '../credit-invoice.ts'
import { lockCredit } from '../credit/credit-standing.ts'
import { lockInvoice, openAmount } from '../settle-invoice.ts'
import { creditSurcharge, enterRefund, type RefundWork } from './enter-refund.ts'
import type { PaymentRow } from './payment.ts'
import { refundable } from './refundable.ts'

export interface InvoiceRefund {
  invoiceId: string
  reason: string
  /** "credit" leaves the value with the client; else it goes back to where it came from, as far as gateways take it. */
  to?: 'source' | 'credit'
}

/** What came back of something that was paid, in minor units, taxes included. */
export interface GivenBack {
  /** On its way back through gateways. */
  sentMinor: bigint
  /** Stays with the client as credit. */
  creditMinor: bigint
}

/**
 * Credits a document as a whole and enters the refunds of what was paid on it: what it was issued for falls through
 * after payment. Money that came by hand stays the client's credit.
 */
export async function refundInvoice(
  means: Means,
  trx: Trx,
  { invoiceId, reason, to = 'source' }: InvoiceRefund,
  actor: Actor,
): Promise<GivenBack> {
  const paid = await paymentsOf(trx, invoiceId, forUpdate(trx.dialect))
  const openMinor = await openAmount(trx, await lockInvoice(trx, invoiceId))
  const unasked = 'plugins were asked about the end of what it was issued for'
  const note = await creditLines(means, trx, { invoiceId, reason, unasked, evenGivenUp: true }, actor)
  const back = { sentMinor: 0n, creditMinor: beyond(-note.total_minor, openMinor) }
  for (const payment of paid) {
    const isAlone = payment.invoice_id === invoiceId
    const open = await refundable(trx, payment, invoiceId)
    if (open <= 0n || !payment.instance_id) continue
    // A surcharge for several documents stays with the others.
    if (isAlone) back.creditMinor += await creditSurcharge({ means, trx, actor }, payment, reason)
    if (to === 'credit') continue
    const wish = { invoiceId, openMinor: open, reason, note, once: isAlone ? 'order' : `order/${invoiceId}` }
    back.sentMinor += await sendBack({ means, trx, actor }, payment, wish)
  }
  // What was paid too much goes back with it, and was credit before.
  return { ...back, creditMinor: beyond(back.creditMinor, back.sentMinor) }
}

/** Payments that brought a document something, alone or with others. */
export function paymentsOf(queries: Queries, invoiceId: string, lock: Sql = sql``): Promise<PaymentRow[]> {
  return queries.all<PaymentRow>(sql`
    select * from payments where status = 'succeeded' and (invoice_id = ${invoiceId} or invoice_id is null and id in (
      select a.payment_id from allocations a where a.invoice_id = ${invoiceId} and a.kind = 'payment'))
    order by id ${lock}`)
}

export const beyond = (minor: bigint, lessMinor: bigint): bigint =>
  minor > lessMinor ? minor - lessMinor : 0n

interface SendingBack extends Pick<Parameters<typeof enterRefund>[2], 'note' | 'once' | 'reason'> {
  invoiceId: string
  /** What can still go back of the payment. */
  openMinor: bigint
}

/** Answers what goes back: what was paid too much may be used by now, so no more than the client holds. */
async function sendBack(
  work: RefundWork,
  payment: PaymentRow,
  { invoiceId, openMinor, ...of }: SendingBack,
): Promise<bigint> {
  const { paidMinor } = await lockCredit(work.trx, payment.client_id, payment.currency)
  const amountMinor = paidMinor < openMinor ? paidMinor : openMinor
  if (amountMinor <= 0n) return 0n
  const to = { payment_id: payment.id, invoice_id: invoiceId, destination: 'source' } as const
  await enterRefund(work, payment, { ...to, ...of, amountMinor })
  return amountMinor
}
