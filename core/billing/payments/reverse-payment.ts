import { sql, type Trx } from '../../db/index.ts'
import type { Actor } from '../../kernel/index.ts'
import { applyTransition, type Means } from '../../records/index.ts'
import { lockCredit } from '../credit/credit-standing.ts'
import { postJournal, reversalOf } from '../ledger.ts'
import type { InvoiceRow } from '../invoice.ts'
import { paymentLifecycle } from '../payment-lifecycle.ts'
import { allocate, lockInvoice, settleInvoice, todayOf } from '../settle-invoice.ts'
import { readExtra } from './book-extra.ts'
import { addTransaction } from './book-success.ts'
import { PaymentNotReversible } from './errors.ts'
import { lockPayment, type PaymentRow } from './payment.ts'
import { refundable } from './refundable.ts'

/**
 * Takes back that money was booked, as if it had not been: every document that it paid is open again. Refused once
 * something has been built on it: a refund, a dispute, a loss that it recovered, or credit of it that was used.
 */
export async function reversePayment(
  means: Means,
  trx: Trx,
  { paymentId, reason }: { paymentId: string; reason: string },
  actor: Actor,
): Promise<PaymentRow> {
  const payment = await lockPayment(trx, paymentId)
  await refuseBuiltOn(trx, payment)
  const documents = await takeBack(means, trx, payment)
  const original = await trx.get<{ id: string }>(
    sql`select id from journals where source_id = ${payment.id} and kind = 'payment_succeeded'`,
  )
  const effectiveOn = await todayOf(means, trx, payment.brand_id)
  const head = { kind: 'payment_reversed', sourceId: payment.id, brandId: payment.brand_id, effectiveOn }
  await postJournal(means, trx, await reversalOf(trx, original!.id, head))
  await addTransaction(means, trx, payment, {
    ...{ kind: 'payment_reversed', reference: payment.reference ?? payment.id, currency: payment.currency },
    ...{ amountMinor: -payment.received_minor, feeMinor: -payment.fee_minor, note: reason, actor: actor.id },
  })
  const body = { invoice_id: payment.invoice_id, reason }
  const change = { body, reason }
  const transition = { lifecycle: paymentLifecycle, row: payment, name: 'reverse' as const, actor, change }
  const reversed = await applyTransition(means, trx, transition)
  for (const invoice of documents) await settleInvoice(means, trx, invoice, actor)
  return reversed
}

async function refuseBuiltOn(trx: Trx, payment: PaymentRow): Promise<void> {
  const because = (reason: string) => PaymentNotReversible({ id: payment.id, reason })
  if (payment.status !== 'succeeded') throw because(`it is ${payment.status}`)
  if ((await refundable(trx, payment)) !== payment.received_minor) throw because('a part of it went back')
  const recovered = await trx.get(
    sql`select id from journals where source_id = ${payment.id} and kind = 'write_off_recovered'`,
  )
  if (recovered) throw because('it recovered a loss')
  const extra = await readExtra(trx, payment.id)
  if (extra?.document_id) throw because(`a ${extra.kind} was booked with it`)
}

/** What was applied comes off the documents; what became credit must still be there. Answers the documents. */
async function takeBack(means: Means, trx: Trx, payment: PaymentRow): Promise<InvoiceRow[]> {
  const rows = await trx.all<{ invoice_id: string; paid_minor: bigint; applied_minor: bigint }>(sql`
    select invoice_id, sum(case when kind = 'payment' then amount_minor else 0 end) as paid_minor,
      sum(amount_minor) as applied_minor
    from allocations where payment_id = ${payment.id} group by invoice_id order by invoice_id`)
  const because = (reason: string) => PaymentNotReversible({ id: payment.id, reason })
  if (rows.some((row) => row.paid_minor !== row.applied_minor)) throw because('a dispute has moved it')
  const applied = rows.reduce((sum, row) => sum + row.applied_minor, 0n)
  const surplus = payment.received_minor - applied
  if (surplus > 0n) {
    const { paidMinor } = await lockCredit(trx, payment.client_id, payment.currency)
    if (paidMinor < surplus) throw because('credit that it brought was used')
  }
  const documents: InvoiceRow[] = []
  // Always in one order, as payments lock them.
  for (const { invoice_id: id, applied_minor: amountMinor } of rows) {
    if (amountMinor === 0n) continue
    const invoice = await lockInvoice(trx, id)
    await allocate(means, trx, invoice, { paymentId: payment.id, kind: 'payment', amountMinor: -amountMinor })
    documents.push(invoice)
  }
  return documents
}
