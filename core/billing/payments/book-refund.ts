import type { RefundOutcome } from '../../../sdk/index.ts'
import { forUpdate, sql, type Trx } from '../../db/index.ts'
import { assert, defineLifecycle, type Actor, type Instant } from '../../kernel/index.ts'
import { applyTransition, type Means } from '../../records/index.ts'
import { account, postJournal, type Posting } from '../ledger.ts'
import type { RefundRow } from './refund.ts'
import { postingsOfParts } from './refund-parts.ts'
import { feePostings, leavesFrom, leftFrom, moveToGateway } from './refund-place.ts'
import { todayOf } from '../settle-invoice.ts'
import { addTransaction } from './book-success.ts'
import { findPayment, lockPayment, type PaymentRow } from './payment.ts'

export const refundLifecycle = defineLifecycle('refund', {
  initial: 'created',
  transitions: {
    wait: { from: ['created'], to: 'pending', fact: 'the gateway has taken it and waits' },
    succeed: { from: ['created', 'pending'], to: 'succeeded', fact: 'the money has gone back' },
    // A refund that was reported done can still come back days later.
    fail: {
      from: ['created', 'pending', 'succeeded'],
      to: 'failed',
      fact: 'the gateway refuses it, or the money came back',
    },
  },
})

export interface AnsweredRefund {
  refundId: string
  outcome: RefundOutcome
  occurredAt?: Instant | undefined
}

/** Books the answer to a refund. Money leaves the ledger when it is sent, and comes back when the refund fails. */
export async function bookRefundOutcome(
  means: Means,
  trx: Trx,
  { refundId, outcome, occurredAt }: AnsweredRefund,
  actor: Actor,
): Promise<RefundRow> {
  const refund = await trx.get<RefundRow>(
    sql`select * from refunds where id = ${refundId} ${forUpdate(trx.dialect)}`,
  )
  assert(refund, `refund ${refundId} exists`)
  const payment = await lockPayment(trx, refund.payment_id)
  if (outcome.outcome === 'failed' || outcome.outcome === 'not_supported')
    return fail(means, trx, { refund, payment, problem: outcome.message, occurredAt }, actor)
  const name = outcome.outcome === 'pending' ? 'wait' : 'succeed'
  if (
    refund.status === 'failed' ||
    refund.status === refundLifecycle.transitions[name].to ||
    refund.status === 'succeeded'
  )
    return refund
  if (refund.status === 'created') {
    const { reference } = outcome
    const feeMinor = feeOf(refund, outcome.fee)
    await moveMoney(means, trx, { refund, payment, reference, feeMinor, occurredAt, actor })
  }
  const set = { reference: outcome.reference }
  return applyTransition(means, trx, {
    lifecycle: refundLifecycle,
    row: refund,
    name,
    actor,
    change: { set, body: bodyOf(refund) },
  })
}

/** What went to the client's credit here moved nothing at a gateway. A fee in other money is left to its report. */
const feeOf = (
  { destination, currency }: RefundRow,
  fee: { minor: string; currency: string } | undefined,
): bigint => (destination === 'credit' || fee?.currency !== currency ? 0n : BigInt(fee.minor))

interface Failure {
  refund: RefundRow
  payment: PaymentRow
  problem: string
  occurredAt: Instant | undefined
}

async function fail(
  means: Means,
  trx: Trx,
  { refund, payment, problem, occurredAt }: Failure,
  actor: Actor,
): Promise<RefundRow> {
  if (refund.status === 'failed') return refund
  const place = (await leftFrom(trx, refund)) ?? leavesFrom(refund, payment)
  const from = { ...payment, instance_id: place }
  if (refund.status !== 'created') await moveBack(means, trx, { refund, payment: from, occurredAt, actor })
  const postings = undone(refund, place, await postingsOfParts(trx, refund))
  if (postings.length > 0) {
    const effectiveOn = await todayOf(means, trx, payment.brand_id)
    await postJournal(means, trx, {
      kind: 'refund_failed',
      sourceId: refund.id,
      brandId: payment.brand_id,
      effectiveOn,
      postings,
    })
  }
  return applyTransition(means, trx, {
    lifecycle: refundLifecycle,
    row: refund,
    name: 'fail',
    actor,
    change: { set: { problem }, body: bodyOf(refund) },
  })
}

/** What had left is there again. */
async function moveBack(
  means: Means,
  trx: Trx,
  { refund, payment, occurredAt, actor }: Omit<Sent, 'reference' | 'feeMinor'>,
): Promise<void> {
  if (refund.destination === 'credit') return
  await addTransaction(means, trx, payment, {
    ...{ kind: 'refund_failed', reference: refund.reference ?? refund.id, currency: refund.currency },
    ...{ amountMinor: refund.amount_minor, feeMinor: 0n, note: refund.reason, actor: actor.id, occurredAt },
  })
}

interface Sent {
  refund: RefundRow
  payment: PaymentRow
  reference: string
  /** Above zero: charged for it; below: given back of the payment's fee. */
  feeMinor: bigint
  occurredAt: Instant | undefined
  actor: Actor
}

async function moveMoney(
  means: Means,
  trx: Trx,
  { refund, payment, reference, feeMinor, occurredAt, actor }: Sent,
): Promise<void> {
  const effectiveOn = await todayOf(means, trx, payment.brand_id)
  const place = leavesFrom(refund, payment)
  await postJournal(means, trx, {
    kind: 'refund_sent',
    sourceId: refund.id,
    brandId: payment.brand_id,
    effectiveOn,
    postings: [...postingsOf(refund, place), ...feePostings(refund.currency, payment.instance_id, feeMinor)],
  })
  if (refund.destination === 'credit') return
  await addTransaction(
    means,
    trx,
    { ...payment, instance_id: place },
    {
      kind: 'refund',
      reference,
      currency: refund.currency,
      amountMinor: -refund.amount_minor,
      feeMinor,
      note: refund.reason,
      actor: actor.id,
      occurredAt,
    },
  )
}

/** Goodwill is an expense of its own, "refunds"; everything else was set aside when the refund was entered. */
function postingsOf(refund: RefundRow, place: string): Posting[] {
  const { currency, amount_minor: amount } = refund
  const from = refund.taken_from === 'goodwill' ? account.refunds : account.refundsDue
  const given: Posting = { account: from, currency, amountMinor: amount }
  return refund.destination === 'credit'
    ? [given, { account: account.clientCredit, currency, clientId: refund.client_id, amountMinor: -amount }]
    : [given, { account: account.gateway(place), currency, amountMinor: -amount }]
}

/** Sets aside what a refund takes of the client's credit, so that no invoice uses it before the refund is sent. */
export async function holdForRefund(
  means: Means,
  trx: Trx,
  refund: RefundRow,
  brandId: string,
): Promise<void> {
  await postJournal(means, trx, {
    kind: 'refund_held',
    sourceId: refund.id,
    brandId,
    effectiveOn: await todayOf(means, trx, brandId),
    postings: heldPostings(refund),
  })
}

function heldPostings({ currency, client_id: clientId, amount_minor: amountMinor }: RefundRow): Posting[] {
  return [
    { account: account.clientCredit, currency, clientId, amountMinor },
    { account: account.refundsDue, currency, amountMinor: -amountMinor },
  ]
}

/** What has been booked of a refund so far, turned round: what was set aside is the client's credit again. */
function undone(refund: RefundRow, place: string, ofParts: readonly Posting[]): Posting[] {
  const held = refund.taken_from === 'goodwill' ? [] : heldPostings(refund)
  const sent = refund.status === 'created' ? [] : postingsOf(refund, place)
  return [...held, ...sent, ...ofParts].map((posting) => ({ ...posting, amountMinor: -posting.amountMinor }))
}

const bodyOf = (refund: RefundRow) => ({
  payment_id: refund.payment_id,
  invoice_id: refund.invoice_id,
  destination: refund.destination,
  amount: { minor: refund.amount_minor.toString(), currency: refund.currency },
})

export interface RefundFact {
  instanceId: string
  refundId: string | undefined
  paymentId: string | undefined
  paymentReference: string
  amountMinor: bigint
  result: RefundOutcome
  occurredAt: Instant | undefined
}

/** A refund that the gateway reports: ours by its id, or one that was made at the gateway by hand. */
export async function bookRefund(means: Means, trx: Trx, fact: RefundFact, actor: Actor): Promise<string> {
  const ours = fact.refundId
    ? await trx.get<RefundRow>(sql`
        select r.* from refunds r join payments p on p.id = r.payment_id
        where r.id = ${fact.refundId} and p.instance_id = ${fact.instanceId}`)
    : undefined
  const known =
    ours ??
    ('reference' in fact.result
      ? await trx.get<RefundRow>(sql`
    select r.* from refunds r join payments p on p.id = r.payment_id where r.reference = ${fact.result.reference} and p.instance_id = ${fact.instanceId}`)
      : undefined)
  const refund = known ?? (await foreignRefund(means, trx, fact))
  if (!refund) return `unmatched refund of ${fact.paymentReference}`
  const { result: outcome, occurredAt, instanceId } = fact
  if ('reference' in outcome) {
    const feeMinor = feeOf(refund, outcome.fee)
    await moveToGateway(means, trx, { instanceId, refundId: refund.id, feeMinor, occurredAt })
  }
  const booked = await bookRefundOutcome(means, trx, { refundId: refund.id, outcome, occurredAt }, actor)
  return `refund ${booked.id} ${booked.status}`
}

/** Somebody refunded in the gateway's own pages: the books follow. */
async function foreignRefund(means: Means, trx: Trx, fact: RefundFact): Promise<RefundRow | null> {
  const payment = await findPayment(trx, {
    instanceId: fact.instanceId,
    id: fact.paymentId,
    reference: fact.paymentReference,
  })
  if (!payment || !('reference' in fact.result)) return null
  const now = means.business.now()
  const refund: RefundRow = {
    id: means.newId('ref'),
    payment_id: payment.id,
    client_id: payment.client_id,
    invoice_id: payment.invoice_id,
    credit_note_id: null,
    destination: 'source',
    taken_from: 'goodwill',
    status: 'created',
    currency: payment.currency,
    amount_minor: fact.amountMinor,
    effect_key: `foreign/${fact.instanceId}/${fact.result.reference}`,
    reference: fact.result.reference,
    reason: 'Refunded at the gateway',
    problem: null,
    version: 1,
    created_at: now,
    updated_at: now,
  }
  await trx.insert('refunds', [refund])
  return refund
}
