import { type RefundOutcome, Type } from '../../../sdk/index.ts'
import { sql } from '../../db/index.ts'
import { BerthError, invalidInput, type Actor } from '../../kernel/index.ts'
import { defineVerb, findRow } from '../../records/index.ts'
import { CreditedLines } from '../credit-invoice.ts'
import { bookRefundOutcome } from './book-refund.ts'
import type { RefundRow } from './refund.ts'
import { enterRefund, type RefundWish } from './enter-refund.ts'
import type { Payments } from './gateway.ts'
import { lockPayment, type PaymentRow } from './payment.ts'

/**
 * Gives money back. With a credit note the sale is taken back in the books, its tax too; without one it is taken from
 * the client's credit when the payment brought some (a deposit, an overpayment), and is goodwill else. "source" sends it through the gateway, "credit" into the client's credit, "recorded" books what was
 * sent by hand. The refund's row and key exist before anything goes out, so a repeat repeats the same refund.
 */
export const refundPayment = defineVerb(
  {
    permission: 'payment.refund',
    asks: ['refund.create:check'],
    audience: ['staff'],
    input: Type.Object({
      payment_id: Type.String(),
      /** Of a payment for several documents: the one whose money goes back, no more than it got of the payment. */
      invoice_id: Type.Optional(Type.String()),
      amount_minor: Type.String({ pattern: '^[1-9]\\d*$' }),
      destination: Type.Union([Type.Literal('source'), Type.Literal('credit'), Type.Literal('recorded')]),
      reason: Type.String({ minLength: 1, maxLength: 500 }),
      reference: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
      /** Of the document that was paid: whole, or the lines named. */
      credit_note: Type.Optional(Type.Object({ lines: CreditedLines })),
      from: Type.Optional(Type.Enum({ credit: 'credit', goodwill: 'goodwill' } as const)),
      once: Type.Optional(Type.String({ maxLength: 100 })),
    }),
  },
  async (payments: Payments, input, actor) => {
    await findRow<PaymentRow>(payments.db, actor, {
      table: 'payments',
      what: 'payment',
      id: input.payment_id,
    })
    if (input.credit_note && input.destination === 'credit')
      throw invalidInput({ destination: 'a credit note is credit of the client already' })
    if (input.from === 'credit' && input.destination === 'credit')
      throw invalidInput({ from: 'is the credit that it would go to' })
    if (input.credit_note && input.from) throw invalidInput({ from: 'is the credit note itself' })
    const wanted = { ...input, amountMinor: BigInt(input.amount_minor) }
    const { refund, payment } = await openRefund(payments, wanted, actor)
    if (refund.status !== 'created') return refund
    const outcome =
      input.destination === 'source'
        ? await send(payments, payment, refund)
        : ({ outcome: 'succeeded', reference: input.reference ?? refund.id } as const)
    if (outcome === 'unknown') return refund
    return payments.db.transaction((trx) =>
      bookRefundOutcome(payments, trx, { refundId: refund.id, outcome }, actor),
    )
  },
)

/** The job "billing.refund": sends a refund whose answer was lost again, under the same key. */
export async function resumeRefund(
  payments: Payments,
  job: { refund_id: string },
  actor: Actor,
): Promise<void> {
  const refund = await payments.db.get<RefundRow>(sql`select * from refunds where id = ${job.refund_id}`)
  if (refund?.status !== 'created') return
  const payment = await payments.db.get<PaymentRow>(
    sql`select * from payments where id = ${refund.payment_id}`,
  )
  const byHand = { outcome: 'succeeded', reference: refund.id } as const
  const outcome = refund.destination === 'source' ? await send(payments, payment!, refund) : byHand
  if (outcome === 'unknown') throw new Error(`refund ${refund.id}: no answer yet`)
  await payments.db.transaction((trx) =>
    bookRefundOutcome(payments, trx, { refundId: refund.id, outcome }, actor),
  )
}

async function openRefund(
  payments: Payments,
  wanted: RefundWish,
  actor: Actor,
): Promise<{ refund: RefundRow; payment: PaymentRow }> {
  return payments.db.transaction(async (trx) => {
    const payment = await lockPayment(trx, wanted.payment_id)
    const asked = { ...wanted, byStaff: true }
    return { refund: await enterRefund({ means: payments, trx, actor }, payment, asked), payment }
  })
}

async function send(
  payments: Payments,
  payment: PaymentRow,
  refund: RefundRow,
): Promise<RefundOutcome | 'unknown'> {
  if (!payment.instance_id || !payment.reference)
    return { outcome: 'not_supported', message: 'This payment did not come through a gateway.' }
  const input = {
    refund_id: refund.id,
    idempotency_key: refund.effect_key,
    reference: payment.reference,
    amount: { minor: refund.amount_minor.toString(), currency: refund.currency },
    reason: refund.reason,
  }
  try {
    return await payments.plugins.call<RefundOutcome>(payment.instance_id, 'gateway', 'refund', input, {
      deadline: 'act',
    })
  } catch (error) {
    if (error instanceof BerthError && error.params.outcome_unknown === false)
      return { outcome: 'failed', code: error.code, message: error.message }
    return 'unknown'
  }
}
