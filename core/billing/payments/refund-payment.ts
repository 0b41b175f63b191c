import { type RefundOutcome, toDecimal, Type } from '../../../sdk/index.ts'
import { forUpdate, sql, type Queries, type Trx } from '../../db/index.ts'
import { BerthError, type Actor } from '../../kernel/index.ts'
import { defineVerb, findRow, type Means } from '../../records/index.ts'
import { bookRefundOutcome, type RefundRow } from './book-refund.ts'
import { NotRefundable, RefundTooLarge } from './errors.ts'
import type { Payments } from './gateway.ts'
import { lockPayment, type PaymentRow } from './payment.ts'

/**
 * Gives money back: "source" sends it through the gateway, "credit" into the client's credit, "recorded" books what was
 * sent by hand. The refund's row and key exist before anything goes out, so a repeat repeats the same refund.
 */
export const refundPayment = defineVerb(
  {
    permission: 'payment.refund',
    audience: ['staff'],
    input: Type.Object({
      payment_id: Type.String(),
      amount_minor: Type.String({ pattern: '^[1-9]\\d*$' }),
      destination: Type.Union([Type.Literal('source'), Type.Literal('credit'), Type.Literal('recorded')]),
      reason: Type.String({ minLength: 1, maxLength: 500 }),
      reference: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
      once: Type.Optional(Type.String({ maxLength: 100 })),
    }),
  },
  async (payments: Payments, input, actor) => {
    await findRow<PaymentRow>(payments.db, actor, {
      table: 'payments',
      what: 'payment',
      id: input.payment_id,
    })
    const { refund, payment } = await openRefund(payments, {
      ...input,
      amountMinor: BigInt(input.amount_minor),
    })
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

interface Wanted {
  payment_id: string
  amountMinor: bigint
  destination: RefundRow['destination']
  reason: string
  once?: string | undefined
}

async function openRefund(
  payments: Payments,
  wanted: Wanted,
): Promise<{ refund: RefundRow; payment: PaymentRow }> {
  return payments.db.transaction(async (trx) => {
    const payment = await lockPayment(trx, wanted.payment_id)
    return { refund: await enterRefund(payments, trx, payment, wanted), payment }
  })
}

/** Writes the refund down and, for one that goes out, the job that sends it should this process die before it does. */
async function enterRefund(means: Means, trx: Trx, payment: PaymentRow, wanted: Wanted): Promise<RefundRow> {
  if (payment.status !== 'succeeded') throw NotRefundable({ id: payment.id, status: payment.status })
  const effectKey = `refund/${payment.id}/${wanted.once ?? means.newId('req')}`
  const same = await trx.get<RefundRow>(sql`select * from refunds where effect_key = ${effectKey}`)
  if (same) return same
  const left = payment.received_minor - (await refundedOf(trx, payment.id))
  if (wanted.amountMinor > left)
    throw RefundTooLarge({
      left: `${toDecimal({ minor: left, currency: payment.currency })} ${payment.currency}`,
    })
  const now = means.business.now()
  const refund: RefundRow = {
    id: means.newId('ref'),
    payment_id: payment.id,
    client_id: payment.client_id,
    invoice_id: payment.invoice_id,
    credit_note_id: null,
    destination: wanted.destination,
    status: 'created',
    currency: payment.currency,
    amount_minor: wanted.amountMinor,
    effect_key: effectKey,
    reference: null,
    reason: wanted.reason,
    problem: null,
    version: 1,
    created_at: now,
    updated_at: now,
  }
  await trx.insert('refunds', [refund])
  if (wanted.destination !== 'recorded')
    await means.jobs.enqueue(trx, [
      { task: 'billing.refund', payload: { refund_id: refund.id }, key: `refund/${refund.id}` },
    ])
  return refund
}

/** Enters the refund of everything that was paid on a document: an order that falls through after payment. */
export async function refundInvoice(
  means: Means,
  trx: Trx,
  act: { invoiceId: string; reason: string },
): Promise<void> {
  const paid = await trx.all<PaymentRow>(sql`
    select * from payments where invoice_id = ${act.invoiceId} and status = 'succeeded' order by id ${forUpdate(trx.dialect)}`)
  for (const payment of paid) {
    const amountMinor = payment.received_minor - (await refundedOf(trx, payment.id))
    if (amountMinor === 0n) continue
    const destination = payment.instance_id ? 'source' : 'credit'
    await enterRefund(means, trx, payment, {
      payment_id: payment.id,
      amountMinor,
      destination,
      reason: act.reason,
      once: 'order',
    })
  }
}

/** What has gone back or is on its way back. */
export async function refundedOf(queries: Queries, paymentId: string): Promise<bigint> {
  const row = await queries.get<{ refunded_minor: bigint | null }>(sql`
    select sum(amount_minor) as refunded_minor from refunds where payment_id = ${paymentId} and status <> 'failed'`)
  return row?.refunded_minor ?? 0n
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
      deadlineMs: 30_000,
    })
  } catch (error) {
    if (error instanceof BerthError && error.params.outcome_unknown === false)
      return { outcome: 'failed', code: error.code, message: error.message }
    return 'unknown'
  }
}
