import { toDecimal } from '../../../sdk/index.ts'
import { sql, type Trx } from '../../db/index.ts'
import { invalidInput, type Actor } from '../../kernel/index.ts'
import { demandCheck, type Asking, type Means } from '../../records/index.ts'
import { creditLines, creditRest, type CreditWish } from '../credit-invoice.ts'
import { lockCredit } from '../credit/credit-standing.ts'
import type { InvoiceRow } from '../invoice.ts'
import { readExtra } from './book-extra.ts'
import { holdForRefund } from './book-refund.ts'
import type { RefundRow, RefundSource } from './refund.ts'
import { NotRefundable, RefundMixed, RefundTooLarge } from './errors.ts'
import type { PaymentRow } from './payment.ts'
import { documentShares } from './document-shares.ts'
import { refundable, surplusOf } from './refundable.ts'

export interface RefundWish {
  payment_id: string
  invoice_id?: string | undefined
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

/** Where a refund is written down, and for whom. */
export interface RefundWork {
  means: Means
  trx: Trx
  actor: Actor
}

interface Chosen {
  documentId: string | null
  takenFrom: RefundSource
}

function returning(
  payment: PaymentRow,
  { amountMinor, destination, reason }: RefundWish,
  { documentId, takenFrom }: Chosen,
): Asking {
  const { id, version, brand_id, client_id, currency } = payment
  return {
    ...{ noun: 'refund', transition: 'create', from: 'none', to: 'created', reason },
    row: { id, version, brand_id, client_id },
    facts: {
      ...{ amount_minor: String(amountMinor), currency, destination, invoice_id: documentId },
      ...{ taken_from: takenFrom, credit_note: takenFrom === 'credit_note' },
    },
  }
}

/** Writes the refund down and, for one that goes out, the job that sends it should this process die before it does. */
export async function enterRefund(
  { means, trx, actor }: RefundWork,
  payment: PaymentRow,
  wanted: RefundWish,
): Promise<RefundRow> {
  if (payment.status !== 'succeeded') throw NotRefundable({ id: payment.id, status: payment.status })
  const effectKey = `refund/${payment.id}/${wanted.once ?? means.newId('req')}`
  const same = await trx.get<RefundRow>(sql`select * from refunds where effect_key = ${effectKey}`)
  if (same) return same
  const documentId = await documentOf(trx, payment, wanted)
  const left = await refundable(trx, payment, documentId)
  if (wanted.amountMinor > left)
    throw RefundTooLarge({
      left: `${toDecimal({ minor: left, currency: payment.currency })} ${payment.currency}`,
      ofDocument: documentId !== payment.invoice_id,
    })
  const takenFrom = await sourceOf(trx, { payment, documentId }, wanted)
  if (wanted.byStaff) demandCheck(means, trx, actor, returning(payment, wanted, { documentId, takenFrom }))
  const note = await creditFirst({ means, trx, actor }, { payment, documentId }, wanted)
  const now = means.business.now()
  const refund: RefundRow = {
    id: means.newId('ref'),
    payment_id: payment.id,
    client_id: payment.client_id,
    invoice_id: documentId,
    credit_note_id: note?.id ?? null,
    destination: wanted.destination,
    taken_from: takenFrom,
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

/** The document that a refund is of: that of the payment, or the one that is named of several. */
async function documentOf(
  trx: Trx,
  payment: PaymentRow,
  { invoice_id: named }: RefundWish,
): Promise<string | null> {
  if (named === undefined || named === payment.invoice_id) return payment.invoice_id
  const shares = payment.invoice_id ? null : await documentShares(trx, payment)
  if (!shares?.has(named)) throw invalidInput({ invoice_id: 'got nothing of this payment' })
  return named
}

interface Paid {
  payment: PaymentRow
  documentId: string | null
}

/** The credit note of a refund that has one. What it is worth beyond the refund stays the client's credit. */
async function creditFirst(
  { means, trx, actor }: RefundWork,
  { payment, documentId }: Paid,
  { credit_note: wish, note: issued, reason, amountMinor }: RefundWish,
): Promise<InvoiceRow | null> {
  if (issued || !wish) return issued ?? null
  if (!documentId)
    throw invalidInput({ credit_note: 'is of a document, and no document that was paid is named' })
  const note = await creditLines(means, trx, { invoiceId: documentId, lines: wish.lines, reason }, actor)
  const ofNote = -note.total_minor
  // More than the document: the surcharge that was paid with it goes back too.
  const ofSurcharge =
    amountMinor > ofNote && !wish.lines && payment.invoice_id
      ? await creditSurcharge({ means, trx, actor }, payment, reason)
      : 0n
  await refuseBeyond(trx, payment, { amountMinor, mostMinor: ofNote + ofSurcharge })
  return note
}

/** Answers what the surcharge of a payment is worth as credit; nothing when it has none. */
export async function creditSurcharge(
  { means, trx, actor }: RefundWork,
  payment: PaymentRow,
  reason: string,
): Promise<bigint> {
  const extra = await readExtra(trx, payment.id)
  if (extra?.kind !== 'surcharge' || !extra.document_id) return 0n
  const unasked = 'it follows the document that it was charged for'
  const note = await creditRest(means, trx, { invoiceId: extra.document_id, reason, unasked }, actor)
  return note ? -note.total_minor : 0n
}

/** Money that no document took is the client's credit: giving it back besides would give it twice. */
async function sourceOf(
  trx: Trx,
  { payment, documentId }: Paid,
  { from, amountMinor, destination, note, credit_note }: RefundWish,
): Promise<RefundSource> {
  if (note ?? credit_note) return 'credit_note'
  if (destination === 'credit' || from === 'goodwill') return 'goodwill'
  // Who names a document of several speaks of its money, not of what was left over.
  const isOfAll = documentId === payment.invoice_id
  const surplus = from !== 'credit' && isOfAll ? await surplusOf(trx, payment) : 0n
  if (from !== 'credit' && surplus === 0n) return 'goodwill'
  if (from !== 'credit' && amountMinor > surplus) {
    await refuseMixed(trx, payment, surplus)
    return 'goodwill'
  }
  await refuseBeyond(trx, payment, { amountMinor, mostMinor: amountMinor })
  return 'credit'
}

/** What was used of it meanwhile is credit no longer, and of what is there nothing is given besides. */
async function refuseMixed(
  trx: Trx,
  { client_id: clientId, currency }: PaymentRow,
  surplus: bigint,
): Promise<void> {
  const { paidMinor } = await lockCredit(trx, clientId, currency)
  const minor = paidMinor < surplus ? paidMinor : surplus
  if (minor > 0n) throw RefundMixed({ credit: `${toDecimal({ minor, currency })} ${currency}` })
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
