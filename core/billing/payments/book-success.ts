import { violatedUnique, type Trx } from '../../db/index.ts'
import { causeIn, lastSaid, ledTo, saidIn } from '../../events/index.ts'
import type { Actor, Instant } from '../../kernel/index.ts'
import { applyTransition, type Means } from '../../records/index.ts'
import { account, postJournal, type Posting } from '../ledger.ts'
import { paymentLifecycle } from '../payment-lifecycle.ts'
import { issueReceipt, type Deposited } from '../proforma/index.ts'
import { lockInvoice, settleInvoice, settleOpen, todayOf } from '../settle-invoice.ts'
import { applyPayment, type Applied } from './apply-payment.ts'
import { bookDiscount, bookSurcharge, readExtra } from './book-extra.ts'
import { TransactionBooked, WrongMoney } from './errors.ts'
import { noteOtherAmount } from './other-amount.ts'
import type { PaymentRow } from './payment.ts'

export interface Received {
  /** The gateway's or bank's id of the movement: unique, so that one transfer is booked once. */
  reference: string
  currency: string
  amountMinor: bigint
  feeMinor: bigint
  note?: string | null
  /** When the money moved, where gateway, bank or staff said it: its journal may be of a later day. */
  occurredAt?: Instant | undefined
}

export interface Success {
  payment: PaymentRow
  received: Received
}

/**
 * Books money that has come: transaction, ledger, allocation to the document, and the rest to the client's credit.
 * Nothing in it asks whether the money was expected; it is there. Of another sum than was asked for staff are told.
 */
export async function bookSuccess(
  means: Means,
  trx: Trx,
  { payment, received }: Success,
  actor: Actor,
): Promise<PaymentRow> {
  if (payment.status === 'succeeded' || payment.status === 'reversed') return payment
  if (received.currency !== payment.currency)
    throw WrongMoney({ id: payment.id, expected: payment.currency, received: received.currency })
  await addTransaction(means, trx, payment, { ...received, kind: 'payment', actor: actor.id })
  await noteOtherAmount(means, trx, { payment, receivedMinor: received.amountMinor }, actor)
  const applied = await applyPayment(means, trx, { payment, amountMinor: received.amountMinor }, actor)
  const extra = await readExtra(trx, payment.id)
  const taken = {
    ...{ payment, extra },
    ...{ receivedMinor: received.amountMinor, appliedMinor: applied.appliedMinor },
  }
  const surcharge = await bookSurcharge(means, trx, taken, actor)
  const appliedMinor = applied.appliedMinor + (surcharge?.total_minor ?? 0n)
  await postJournal(means, trx, {
    kind: 'payment_succeeded',
    sourceId: payment.id,
    brandId: payment.brand_id,
    effectiveOn: await todayOf(means, trx, payment.brand_id),
    postings: postingsOf(payment, received, appliedMinor),
  })
  const set = {
    reference: received.reference,
    received_minor: received.amountMinor,
    fee_minor: received.feeMinor,
    needs: null,
    next_check_at: null,
    settled_at: means.business.now(),
  }
  const body = {
    invoice_id: payment.invoice_id,
    amount: { minor: received.amountMinor.toString(), currency: received.currency },
  }
  const move = { lifecycle: paymentLifecycle, row: payment, name: 'succeed', actor } as const
  const booked = await ledTo(trx, await documentBehind(trx, applied), () =>
    applyTransition(means, trx, { ...move, change: { set, body } }),
  )
  await ledTo(trx, saidIn(trx, payment.id), async () => {
    await bookDiscount(means, trx, taken, actor)
    for (const { id, left } of applied.documents) {
      // A discount has changed what is open.
      if (left && extra?.kind !== 'discount') await settleOpen(means, trx, left, actor)
      else await settleInvoice(means, trx, await lockInvoice(trx, id), actor)
    }
    if (surcharge) await settleInvoice(means, trx, surcharge, actor)
    if (payment.kind === 'deposit') await issueReceipt(means, trx, depositOf(booked), actor)
  })
  return booked
}

/**
 * Who orders pays what was ordered: that payment was led to by its document. Any other one begins, since whoever issued a
 * document, perhaps a plugin, has not paid it, and the payment is no echo of it.
 */
async function documentBehind(trx: Trx, { documents }: Applied): Promise<string | undefined> {
  const invoice = documents[0]?.left?.invoice
  if (invoice?.origin !== 'order' || causeIn(trx) !== undefined) return undefined
  return lastSaid(trx, { subject: invoice.id })
}

const depositOf = (payment: PaymentRow): Deposited => ({
  ...{ paymentId: payment.id, brandId: payment.brand_id, clientId: payment.client_id },
  ...{ currency: payment.currency, amountMinor: payment.received_minor },
})

function postingsOf(payment: PaymentRow, received: Received, applied: bigint): Posting[] {
  const { currency, client_id: clientId } = payment
  const instance = payment.instance_id ?? 'manual'
  const rest = received.amountMinor - applied
  return [
    { account: account.gateway(instance), currency, amountMinor: received.amountMinor - received.feeMinor },
    { account: account.gatewayFees(instance), currency, amountMinor: received.feeMinor },
    { account: account.receivable, currency, clientId, amountMinor: -applied },
    { account: account.clientCredit, currency, clientId, amountMinor: -rest },
  ]
}

export interface Movement extends Received {
  kind: 'payment' | 'payment_reversed' | 'refund' | 'refund_failed' | 'dispute' | 'dispute_returned'
  actor: string
}

/** A movement at a gateway, once: the same reference a second time is refused. */
export async function addTransaction(
  means: Means,
  trx: Trx,
  payment: PaymentRow,
  movement: Movement,
): Promise<void> {
  const now = means.business.now()
  try {
    await trx.insert('transactions', [
      {
        id: means.newId('trx'),
        brand_id: payment.brand_id,
        client_id: payment.client_id,
        instance_id: payment.instance_id ?? 'manual',
        reference: movement.reference,
        kind: movement.kind,
        payment_id: payment.id,
        currency: movement.currency,
        amount_minor: movement.amountMinor,
        fee_minor: movement.feeMinor,
        // Clocks outside may be ahead of ours.
        occurred_at: movement.occurredAt && movement.occurredAt < now ? movement.occurredAt : now,
        note: movement.note ?? null,
        actor: movement.actor,
        created_at: now,
      },
    ])
  } catch (error) {
    if (violatedUnique(error)) throw TransactionBooked({ reference: movement.reference }, error)
    throw error
  }
}
