import { type RefundOutcome, toDecimal, Type } from '../../../sdk/index.ts'
import { forUpdate, sql, type Queries, type Trx } from '../../db/index.ts'
import { BerthError, invalidInput, type Actor } from '../../kernel/index.ts'
import { defineVerb, demandCheck, findRow, type Asking, type Means } from '../../records/index.ts'
import { CreditedLines, creditLines, type CreditWish } from '../credit-invoice.ts'
import type { InvoiceRow } from '../invoice.ts'
import { lockCredit } from '../credit/credit-standing.ts'
import { bookRefundOutcome, holdForRefund, type RefundRow, type RefundSource } from './book-refund.ts'
import { readExtra } from './book-extra.ts'
import { disputedOf } from './dispute-effects.ts'
import { NotRefundable, RefundTooLarge } from './errors.ts'
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
    audience: ['staff'],
    input: Type.Object({
      payment_id: Type.String(),
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

interface Wanted {
  payment_id: string
  amountMinor: bigint
  destination: RefundRow['destination']
  reason: string
  once?: string | undefined
  credit_note?: { lines?: CreditWish['lines'] } | undefined
  /** One that was issued for it already. */
  note?: InvoiceRow
  from?: 'credit' | 'goodwill' | undefined
  /** A decision of a person, which plugins may refuse; what the shop owes it gives back in any case. */
  byStaff?: boolean
}

async function openRefund(
  payments: Payments,
  wanted: Wanted,
  actor: Actor,
): Promise<{ refund: RefundRow; payment: PaymentRow }> {
  return payments.db.transaction(async (trx) => {
    const payment = await lockPayment(trx, wanted.payment_id)
    const asked = { ...wanted, byStaff: true }
    return { refund: await enterRefund({ means: payments, trx, actor }, payment, asked), payment }
  })
}

interface Work {
  means: Means
  trx: Trx
  actor: Actor
}

function returning(payment: PaymentRow, { amountMinor, destination, reason, credit_note }: Wanted): Asking {
  const { id, version, brand_id, client_id, currency } = payment
  return {
    ...{ noun: 'refund', transition: 'create', from: 'none', to: 'created', reason },
    row: { id, version, brand_id, client_id },
    facts: {
      ...{ amount_minor: String(amountMinor), currency, destination },
      credit_note: credit_note !== undefined,
    },
  }
}

/** Writes the refund down and, for one that goes out, the job that sends it should this process die before it does. */
export async function enterRefund(
  { means, trx, actor }: Work,
  payment: PaymentRow,
  wanted: Wanted,
): Promise<RefundRow> {
  if (payment.status !== 'succeeded') throw NotRefundable({ id: payment.id, status: payment.status })
  const effectKey = `refund/${payment.id}/${wanted.once ?? means.newId('req')}`
  const same = await trx.get<RefundRow>(sql`select * from refunds where effect_key = ${effectKey}`)
  if (same) return same
  const left = await refundable(trx, payment)
  if (wanted.amountMinor > left)
    throw RefundTooLarge({
      left: `${toDecimal({ minor: left, currency: payment.currency })} ${payment.currency}`,
    })
  if (wanted.byStaff) demandCheck(means, trx, actor, returning(payment, wanted))
  const note = await creditFirst({ means, trx, actor }, payment, wanted)
  const now = means.business.now()
  const refund: RefundRow = {
    id: means.newId('ref'),
    payment_id: payment.id,
    client_id: payment.client_id,
    invoice_id: payment.invoice_id,
    credit_note_id: note?.id ?? null,
    destination: wanted.destination,
    taken_from: note ? 'credit_note' : await sourceOf(trx, payment, wanted),
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
  if (refund.taken_from !== 'goodwill') await holdForRefund(means, trx, refund, payment.brand_id)
  if (wanted.destination !== 'recorded')
    await means.jobs.enqueue(trx, [
      { task: 'billing.refund', payload: { refund_id: refund.id }, key: `refund/${refund.id}` },
    ])
  return refund
}

/** The credit note of a refund that has one. What it is worth beyond the refund stays the client's credit. */
async function creditFirst(
  { means, trx, actor }: Work,
  payment: PaymentRow,
  { credit_note: wish, note: issued, reason, amountMinor }: Wanted,
): Promise<InvoiceRow | null> {
  if (issued || !wish) return issued ?? null
  if (!payment.invoice_id) throw invalidInput({ credit_note: 'the payment was for no document' })
  const note = await creditLines(
    means,
    trx,
    { invoiceId: payment.invoice_id, lines: wish.lines, reason },
    actor,
  )
  const ofNote = -note.total_minor
  // More than the document: the surcharge that was paid with it goes back too.
  const ofSurcharge =
    amountMinor > ofNote && !wish.lines ? await creditSurcharge({ means, trx, actor }, payment, reason) : 0n
  await refuseBeyond(trx, payment, { amountMinor, mostMinor: ofNote + ofSurcharge })
  return note
}

/** Answers what the surcharge of a payment is worth as credit; nothing when it has none. */
async function creditSurcharge(
  { means, trx, actor }: Work,
  payment: PaymentRow,
  reason: string,
): Promise<bigint> {
  const extra = await readExtra(trx, payment.id)
  if (extra?.kind !== 'surcharge' || !extra.document_id) return 0n
  const note = await creditLines(means, trx, { invoiceId: extra.document_id, reason }, actor)
  return -note.total_minor
}

/** Money that no document took is the client's credit: giving it back besides would give it twice. */
async function sourceOf(
  trx: Trx,
  payment: PaymentRow,
  { from, amountMinor, destination }: Wanted,
): Promise<RefundSource> {
  if (destination === 'credit' || from === 'goodwill') return 'goodwill'
  const applied = await trx.get<{ applied_minor: bigint | null }>(
    sql`select sum(amount_minor) as applied_minor from allocations where payment_id = ${payment.id}`,
  )
  const surplus = payment.received_minor - (applied?.applied_minor ?? 0n)
  if (from !== 'credit' && (surplus === 0n || amountMinor > surplus)) return 'goodwill'
  await refuseBeyond(trx, payment, { amountMinor, mostMinor: amountMinor })
  return 'credit'
}

async function refuseBeyond(
  trx: Trx,
  { client_id: clientId, currency }: PaymentRow,
  { amountMinor, mostMinor }: { amountMinor: bigint; mostMinor: bigint },
): Promise<void> {
  // Credit that we gave is used, not paid out.
  const { paidMinor } = await lockCredit(trx, clientId, currency)
  const left = paidMinor < mostMinor ? paidMinor : mostMinor
  if (amountMinor > left)
    throw RefundTooLarge({ left: `${toDecimal({ minor: left, currency })} ${currency}` })
}

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
    select * from payments where invoice_id = ${invoiceId} and status = 'succeeded' order by id ${forUpdate(trx.dialect)}`)
  const note = await creditLines(means, trx, { invoiceId, reason }, actor)
  for (const payment of paid) {
    const amountMinor = await refundable(trx, payment)
    if (amountMinor <= 0n || !payment.instance_id) continue
    await creditSurcharge({ means, trx, actor }, payment, reason)
    const wanted = {
      payment_id: payment.id,
      amountMinor,
      destination: 'source',
      reason,
      once: 'order',
      note,
    } as const
    await enterRefund({ means, trx, actor }, payment, wanted)
  }
}

/** What can still go back: neither refunded nor taken back by the bank. */
export async function refundable(
  queries: Queries,
  payment: Pick<PaymentRow, 'id' | 'received_minor'>,
): Promise<bigint> {
  const gone = (await refundedOf(queries, payment.id)) + (await disputedOf(queries, payment.id))
  return payment.received_minor > gone ? payment.received_minor - gone : 0n
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
      deadline: 'act',
    })
  } catch (error) {
    if (error instanceof BerthError && error.params.outcome_unknown === false)
      return { outcome: 'failed', code: error.code, message: error.message }
    return 'unknown'
  }
}
