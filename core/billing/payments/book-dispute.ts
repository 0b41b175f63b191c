import type { GatewayFact } from '../../../sdk/index.ts'
import { forUpdate, sql, type Trx } from '../../db/index.ts'
import { defineLifecycle, type Actor, type Instant } from '../../kernel/index.ts'
import { applyTransition, type Means, type StatefulRow } from '../../records/index.ts'
import { recordEvent } from '../../events/index.ts'
import { account, postJournal } from '../ledger.ts'
import { todayOf } from '../settle-invoice.ts'
import { addTransaction } from './book-success.ts'
import { claimAgain, dropClaim, reopensAtOnce } from './dispute-effects.ts'
import { findPayment, type PaymentRow } from './payment.ts'

export const disputeLifecycle = defineLifecycle('dispute', {
  initial: 'inquiry',
  transitions: {
    open: { from: ['inquiry'], to: 'open', fact: 'the bank has opened it' },
    win: { from: ['inquiry', 'open'], to: 'won', fact: 'the bank decided for us' },
    lose: { from: ['inquiry', 'open'], to: 'lost', fact: 'the bank decided for the client' },
    close: { from: ['inquiry', 'open'], to: 'closed', fact: 'the bank has closed it' },
  },
})

export interface DisputeRow extends StatefulRow {
  payment_id: string
  client_id: string
  instance_id: string
  reference: string
  status: 'inquiry' | 'open' | 'won' | 'lost' | 'closed'
  reason: string
  currency: string
  amount_minor: bigint
  evidence_due_at: Instant | null
  created_at: Instant
  updated_at: Instant
}

type DisputeFact = Extract<GatewayFact, { fact: 'dispute' }>

interface ToldDispute {
  instanceId: string
  fact: DisputeFact
  occurredAt?: Instant | undefined
}

const STEPS = { open: 'open', won: 'win', lost: 'lose', closed: 'close' } as const

/** Books a dispute as the gateway reports it: the money is gone while it is open or lost, and back when it is won. */
export async function bookDispute(
  means: Means,
  trx: Trx,
  { instanceId, fact, occurredAt }: ToldDispute,
  actor: Actor,
): Promise<string> {
  const payment = await findPayment(trx, {
    instanceId,
    id: fact.payment_id,
    reference: fact.payment_reference,
  })
  if (!payment) return `unmatched dispute ${fact.reference}`
  const dispute =
    (await known(trx, instanceId, fact.reference)) ??
    (await insert(means, trx, { payment, instanceId, fact }, actor))
  if (fact.status === 'inquiry' || dispute.status === fact.status)
    return `dispute ${dispute.id} ${dispute.status}`
  const name = STEPS[fact.status]
  if (!disputeLifecycle.transitions[name].from.includes(dispute.status)) {
    if (fact.status === 'open') await moveThereAndBack(means, trx, { dispute, payment, occurredAt }, actor)
    return `dispute ${dispute.id} stays ${dispute.status}`
  }
  if (takesMoney(fact.status) && dispute.status === 'inquiry')
    await move(means, trx, { dispute, payment, kind: 'dispute', occurredAt }, actor)
  if (!takesMoney(fact.status) && dispute.status === 'open')
    await move(means, trx, { dispute, payment, kind: 'dispute_returned', occurredAt }, actor)
  if (fact.status === 'lost' || (fact.status === 'open' && (await reopensAtOnce(trx, payment.brand_id))))
    await claimAgain(means, trx, { dispute, payment }, actor)
  if (!takesMoney(fact.status)) await dropClaim(means, trx, { dispute, payment }, actor)
  const body = { payment_id: payment.id, invoice_id: payment.invoice_id, reason: fact.reason }
  const moved = await applyTransition(means, trx, {
    lifecycle: disputeLifecycle,
    row: dispute,
    name,
    actor,
    change: { body },
  })
  return `dispute ${moved.id} ${moved.status}`
}

const takesMoney = (status: DisputeRow['status']): boolean => status === 'open' || status === 'lost'

function known(trx: Trx, instanceId: string, reference: string): Promise<DisputeRow | undefined> {
  return trx.get<DisputeRow>(
    sql`select * from disputes where instance_id = ${instanceId} and reference = ${reference} ${forUpdate(trx.dialect)}`,
  )
}

async function insert(
  means: Means,
  trx: Trx,
  { payment, instanceId, fact }: { payment: PaymentRow; instanceId: string; fact: DisputeFact },
  actor: Actor,
): Promise<DisputeRow> {
  const now = means.business.now()
  const dispute: DisputeRow = {
    id: means.newId('dsp'),
    payment_id: payment.id,
    client_id: payment.client_id,
    instance_id: instanceId,
    reference: fact.reference,
    status: 'inquiry',
    reason: fact.reason,
    currency: fact.amount.currency,
    amount_minor: BigInt(fact.amount.minor),
    evidence_due_at: (fact.evidence_due_at as Instant | undefined) ?? null,
    version: 1,
    created_at: now,
    updated_at: now,
  }
  await trx.insert('disputes', [dispute])
  const body = {
    id: dispute.id,
    payment_id: payment.id,
    invoice_id: payment.invoice_id,
    reason: dispute.reason,
  }
  await recordEvent(means, trx, actor, {
    type: 'dispute.reported',
    subject: dispute.id,
    brandId: payment.brand_id,
    clientId: payment.client_id,
    body,
  })
  return dispute
}

/**
 * That it was opened is heard only after it was decided for us: the money was gone meanwhile, and is back. Both movements
 * stand at the gateway, so they stand in the books.
 */
async function moveThereAndBack(
  means: Means,
  trx: Trx,
  of: Omit<Moved, 'kind'>,
  actor: Actor,
): Promise<void> {
  const { status, instance_id: instanceId, reference } = of.dispute
  const moved = await trx.get(sql`
    select id from transactions where instance_id = ${instanceId} and reference = ${reference} and kind = 'dispute'`)
  if (takesMoney(status) || moved) return
  await move(means, trx, { ...of, kind: 'dispute' }, actor)
  await move(means, trx, { ...of, kind: 'dispute_returned' }, actor)
}

interface Moved {
  dispute: DisputeRow
  payment: PaymentRow
  kind: 'dispute' | 'dispute_returned'
  occurredAt: Instant | undefined
}

async function move(
  means: Means,
  trx: Trx,
  { dispute, payment, kind, occurredAt }: Moved,
  actor: Actor,
): Promise<void> {
  const { currency, reference } = dispute
  const back = kind === 'dispute_returned'
  const amountMinor = back ? dispute.amount_minor : -dispute.amount_minor
  await addTransaction(means, trx, payment, {
    ...{ kind, reference: back ? `${reference}/returned` : reference, currency, amountMinor, feeMinor: 0n },
    ...{ note: dispute.reason, actor: actor.id, occurredAt },
  })
  await postJournal(means, trx, {
    kind: back ? kind : 'dispute_opened',
    sourceId: dispute.id,
    brandId: payment.brand_id,
    effectiveOn: await todayOf(means, trx, payment.brand_id),
    postings: [
      { account: account.disputes, currency, amountMinor: -amountMinor },
      { account: account.gateway(dispute.instance_id), currency, amountMinor },
    ],
  })
}
