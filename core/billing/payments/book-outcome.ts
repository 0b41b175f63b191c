import type { PaymentOutcome, SavedMethod } from '../../../sdk/index.ts'
import { sql, type Trx } from '../../db/index.ts'
import { setTimer } from '../../jobs/index.ts'
import { instant, never, toMs, type Actor, type Instant } from '../../kernel/index.ts'
import { applyTransition, updateVersioned, type Means } from '../../records/index.ts'
import { followAuthorisation } from '../authorisations/follow-authorisation.ts'
import { openCase } from '../dunning/open-case.ts'
import { oweAgain } from '../dunning/owe-again.ts'
import { lockInvoice, todayOf } from '../settle-invoice.ts'
import { paymentLifecycle } from '../payment-lifecycle.ts'
import { documentsOf } from './apply-payment.ts'
import { bookSuccess } from './book-success.ts'
import { keepCustomer, keepMethod } from './keep-method.ts'
import { planEnd } from './offer-end.ts'
import { lockPayment, type PaymentRow } from './payment.ts'

/** When an attempt without an answer is asked about again, in minutes: soon, in an hour, then daily. */
const CHECK_MINUTES = [5, 60, 1_440, 1_440, 1_440, 1_440, 1_440] as const
/** Money that is known to be under way is asked about daily for longer: a bank may take three weeks over a debit. */
const CHECKS_WHILE_PENDING = 30

/** What a gateway said of one of our attempts. */
export interface Answered {
  paymentId: string
  outcome: PaymentOutcome
  occurredAt?: Instant | undefined
}

/** Books what a gateway said of an attempt. The same answer twice changes nothing; a late one never undoes money. */
export async function bookOutcome(
  means: Means,
  trx: Trx,
  { paymentId, outcome, occurredAt }: Answered,
  actor: Actor,
): Promise<PaymentRow> {
  const payment = await lockPayment(trx, paymentId)
  return bookOutcomeOf(means, trx, { payment, outcome, occurredAt }, actor)
}

type AnsweredOf = { payment: PaymentRow } & Omit<Answered, 'paymentId'>

/** The same for whoever has read the attempt for a change of it. */
export async function bookOutcomeOf(
  means: Means,
  trx: Trx,
  { payment, outcome, occurredAt }: AnsweredOf,
  actor: Actor,
): Promise<PaymentRow> {
  if (payment.status === 'succeeded' || payment.status === 'reversed') return payment
  const booked = await bookAnswer(means, trx, { payment, outcome, occurredAt }, actor)
  if (payment.status === 'authorised' || booked.status === 'authorised')
    await followAuthorisation(means, trx, { payment: booked, outcome }, actor)
  return booked
}

async function bookAnswer(
  means: Means,
  trx: Trx,
  { payment, outcome, occurredAt }: AnsweredOf,
  actor: Actor,
): Promise<PaymentRow> {
  await keepKnownCustomer(means, trx, payment, outcome)
  switch (outcome.outcome) {
    case 'succeeded': {
      const { reference, amount, fee, saved_method: method } = outcome
      if (method) await keepSaved(means, trx, payment, method)
      const received = {
        reference,
        currency: amount.currency,
        amountMinor: BigInt(amount.minor),
        feeMinor: BigInt(fee?.minor ?? 0),
        occurredAt,
      }
      return bookSuccess(means, trx, { payment, received }, actor)
    }
    case 'needs_client': {
      const needs = JSON.stringify({
        url: outcome.url,
        embed: outcome.embed,
        instructions: outcome.instructions,
        expires_at: outcome.expires_at,
      })
      const set = { needs, reference: outcome.reference }
      const asked = await move(means, trx, payment, { name: 'ask_client', actor, set })
      await planEnd(means, trx, asked)
      return asked
    }
    case 'pending':
      return wait(means, trx, { payment, reference: outcome.reference }, actor)
    case 'authorised':
      if (outcome.saved_method) await keepSaved(means, trx, payment, outcome.saved_method)
      return move(means, trx, payment, { name: 'authorise', actor, set: { reference: outcome.reference } })
    case 'declined':
      return decline(means, trx, { payment, outcome }, actor)
    case 'cancelled':
      return move(means, trx, payment, { name: 'cancel', actor, set: { note: outcome.reason, needs: null } })
    case 'absent':
      return move(means, trx, payment, {
        name: 'fail',
        actor,
        set: { note: 'The gateway never received this attempt.', needs: null },
      })
    default:
      return never(outcome)
  }
}

const keepSaved = async (means: Means, trx: Trx, payment: PaymentRow, method: SavedMethod): Promise<void> => {
  const { client_id: clientId, instance_id: instanceId } = payment
  if (instanceId) await keepMethod(means, trx, { clientId, instanceId, method })
}

/** The money is under way: since when, is kept from the first word of it. */
async function wait(
  means: Means,
  trx: Trx,
  { payment, reference }: { payment: PaymentRow; reference: string },
  actor: Actor,
): Promise<PaymentRow> {
  await planCheck(means, trx, { ...payment, status: 'pending' })
  const since = payment.status === 'pending' ? payment.pending_since : means.business.now()
  return move(means, trx, payment, { name: 'wait', actor, set: { reference, pending_since: since } })
}

interface Refusal {
  payment: PaymentRow
  outcome: Extract<PaymentOutcome, { outcome: 'declined' }>
}

async function decline(
  means: Means,
  trx: Trx,
  { payment, outcome }: Refusal,
  actor: Actor,
): Promise<PaymentRow> {
  const returnedOn = payment.status === 'pending' ? await todayOf(means, trx, payment.brand_id) : null
  const moved = await move(means, trx, payment, {
    name: 'decline',
    actor,
    set: {
      reference: outcome.reference ?? payment.reference,
      decline_code: outcome.code,
      decline_message: outcome.message,
      retry: outcome.retry,
      ...(returnedOn === null ? {} : { returned_on: returnedOn }),
      needs: null,
    },
  })
  if (moved.status !== 'declined') return moved
  await openCase(means, trx, moved)
  // Always in one order, as payments lock them.
  if (returnedOn !== null)
    for (const id of (await documentsOf(trx, moved)).toSorted()) {
      const invoice = await lockInvoice(trx, id)
      await oweAgain(means, trx, { invoice, on: returnedOn, isRetried: true }, actor)
    }
  return moved
}

/** The gateway's id of the client, made or found on the way: handed in the next time. */
async function keepKnownCustomer(
  means: Means,
  trx: Trx,
  payment: PaymentRow,
  outcome: PaymentOutcome,
): Promise<void> {
  if (!('customer' in outcome) || !outcome.customer || !payment.instance_id) return
  const { client_id: clientId, instance_id: instanceId } = payment
  await keepCustomer(trx, { clientId, instanceId, reference: outcome.customer, now: means.business.now() })
}

/** The request went out and no answer came: the attempt stays open until the gateway was asked. */
export async function bookUnknown(
  means: Means,
  trx: Trx,
  paymentId: string,
  actor: Actor,
): Promise<PaymentRow> {
  const payment = await lockPayment(trx, paymentId)
  if (payment.status !== 'created' && payment.status !== 'needs_client' && payment.status !== 'pending')
    return payment
  await planCheck(means, trx, payment)
  return move(means, trx, payment, { name: 'lose', actor, set: {} })
}

/** Plans the next question to the gateway; after the last one the attempt waits for a person. */
export async function planCheck(
  means: Means,
  trx: Trx,
  payment: Pick<PaymentRow, 'id' | 'checks' | 'status'>,
): Promise<void> {
  const goesOn = payment.status === 'pending' && payment.checks < CHECKS_WHILE_PENDING
  const minutes = CHECK_MINUTES[payment.checks] ?? (goesOn ? 1_440 : undefined)
  if (minutes === undefined) return
  const now = means.business.now()
  const dueAt = instant(toMs(now) + minutes * 60_000)
  await setTimer(trx, {
    id: means.newId('tmr'),
    task: 'billing.check_payment',
    key: `check/${payment.id}`,
    dueAt,
    payload: { payment_id: payment.id },
    now,
  })
  await trx.run(
    sql`update payments set next_check_at = ${dueAt}, checks = ${payment.checks + 1} where id = ${payment.id}`,
  )
}

interface Move {
  name: 'ask_client' | 'wait' | 'authorise' | 'decline' | 'cancel' | 'fail' | 'lose'
  actor: Actor
  set: Record<string, string | null>
}

/** A state that is left only forward: an answer that says what we know already only refreshes its details. */
async function move(
  means: Means,
  trx: Trx,
  payment: PaymentRow,
  { name, actor, set }: Move,
): Promise<PaymentRow> {
  const rule = paymentLifecycle.transitions[name]
  if (payment.status === rule.to) {
    await updateVersioned(means, trx, { table: 'payments', what: 'payment', row: payment, set })
    return { ...payment, ...set, version: payment.version + 1 } as PaymentRow
  }
  if (!rule.from.includes(payment.status)) return payment
  const body = { invoice_id: payment.invoice_id, reason: set.decline_message ?? null }
  return applyTransition(means, trx, {
    lifecycle: paymentLifecycle,
    row: payment,
    name,
    actor,
    change: { set, body },
  })
}
