import { forUpdate, sql, type Queries, type Sql, type Trx } from '../../db/index.ts'
import type { Actor } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'
import { creditRest } from '../credit-invoice.ts'
import { lockCredit } from '../credit/credit-standing.ts'
import type { InvoiceRow } from '../invoice.ts'
import { lockInvoice, openAmount } from '../settle-invoice.ts'
import { creditSurcharge, enterRefund, type RefundWork } from './enter-refund.ts'
import type { PaymentRow } from './payment.ts'
import { planSending, sendableOf } from './plan-sending.ts'

export interface InvoiceRefund {
  invoiceId: string
  reason: string
  /** "credit" leaves the value with the client; else it goes back to where it came from, as far as gateways take it. */
  to?: 'source' | 'credit'
}

/** What came back of something that was paid, in minor units, taxes included. */
export interface GivenBack {
  /** On its way back through gateways; with what was paid too much, which was credit before. */
  sentMinor: bigint
  /** Stays with the client as credit. */
  creditMinor: bigint
}

/**
 * Credits what is left of a document and enters the refunds of what was paid on that: what it was issued for falls
 * through after payment. Money that came by hand stays the client's credit, and so does what changes and earlier credit
 * notes gave back.
 */
export async function refundInvoice(
  means: Means,
  trx: Trx,
  { invoiceId, reason, to = 'source' }: InvoiceRefund,
  actor: Actor,
): Promise<GivenBack> {
  const work = { means, trx, actor }
  const paid = await paymentsOf(trx, invoiceId, forUpdate(trx.dialect))
  const invoice = await lockInvoice(trx, invoiceId)
  const openMinor = await openAmount(trx, invoice)
  const paidCredit = async () => (await lockCredit(trx, invoice.client_id, invoice.currency)).paidMinor
  const before = await paidCredit()
  const unasked = 'plugins were asked about the end of what it was issued for'
  const note = await creditRest(means, trx, { invoiceId, reason, unasked, evenGivenUp: true }, actor)
  let creditMinor = note ? beyond(-note.total_minor, openMinor) : 0n
  const sources = await sendableOf(trx, paid, invoiceId)
  // A surcharge for several documents stays with the others.
  for (const { payment, isAlone } of sources)
    if (isAlone) creditMinor += await creditSurcharge(work, payment, reason)
  if (to === 'credit') return { sentMinor: 0n, creditMinor }
  // What promotional credit had paid is promotional credit again, and is not paid out.
  const heldMinor = await paidCredit()
  const sums = planSending(sources, { backMinor: beyond(heldMinor, before), heldMinor })
  let sentMinor = 0n
  for (const [i, { amountMinor, surplusMinor }] of sums.entries()) {
    await send(work, sources[i]!, { invoice, note, reason, amountMinor })
    sentMinor += amountMinor
    creditMinor -= amountMinor - surplusMinor
  }
  return { sentMinor, creditMinor }
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

interface Sending {
  invoice: InvoiceRow
  /** Without one only what was paid too much goes back. */
  note: InvoiceRow | null
  reason: string
  amountMinor: bigint
}

async function send(
  work: RefundWork,
  { payment, isAlone }: { payment: PaymentRow; isAlone: boolean },
  { invoice: { id }, note, reason, amountMinor }: Sending,
): Promise<void> {
  if (amountMinor === 0n) return
  const of = { payment_id: payment.id, invoice_id: id, destination: 'source', reason, amountMinor } as const
  const once = isAlone ? 'order' : `order/${id}`
  await enterRefund(work, payment, { ...of, once, ...(note ? { note } : { from: 'credit' }) })
}
