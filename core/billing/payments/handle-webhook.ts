import type { GatewayFact, GatewayFacts } from '../../../sdk/index.ts'
import { forUpdate, sql, type Trx } from '../../db/index.ts'
import { recordAudit } from '../../audit/index.ts'
import {
  BerthError,
  instant,
  never,
  systemActor,
  toMs,
  type Actor,
  type Instant,
} from '../../kernel/index.ts'
import { keepAgreement } from '../agreements/agreement.ts'
import { bookAgreementPayment } from '../agreements/book-agreement-payment.ts'
import { brandOf } from '../payouts/movement.ts'
import { bookOutcomeOf } from './book-outcome.ts'
import { bookDispute } from './book-dispute.ts'
import { bookRefund } from './book-refund.ts'
import type { Payments } from './gateway.ts'
import { keepMethod, type MethodRow } from './keep-method.ts'
import { findPayment } from './payment.ts'
import { refuseMethod } from './refuse-method.ts'

interface EventRow {
  id: string
  instance_id: string
  verified: number
  headers: string
  body: string
  status: string
}

/** The job "billing.webhook": the plugin says what the stored event means, core books it. Repeating it is harmless. */
export async function handleWebhook(payments: Payments, job: { id: string }): Promise<void> {
  const event = await payments.db.get<EventRow>(
    sql`select id, instance_id, verified, headers, body, status from webhook_events where id = ${job.id}`,
  )
  if (!event || event.status === 'handled' || event.status === 'refused') return
  const input = {
    body: event.body,
    headers: JSON.parse(event.headers) as Record<string, string>,
    verified: event.verified === 1,
  }
  const { facts, occurred_at } = await payments.plugins.call<GatewayFacts>(
    event.instance_id,
    'gateway',
    'handle_event',
    input,
    { deadline: 'act' },
  )
  const occurredAt = occurred_at === undefined ? undefined : byBusinessClock(payments, occurred_at)
  const actor: Actor = { ...systemActor('webhook'), id: event.instance_id, requestId: event.id }
  await payments.db
    .transaction((trx) => bookFacts(payments, trx, { event, facts, occurredAt }, actor), { brief: true })
    .catch((error: unknown) => refuse(payments, event, error))
}

/** Outside real time runs; on an installation whose business clock was moved, an event is as long ago by that one. */
function byBusinessClock({ clock, business }: Payments, occurredAt: string): Instant {
  return instant(Date.parse(occurredAt) + toMs(business.now()) - toMs(clock.now()))
}

interface Told {
  event: EventRow
  facts: readonly GatewayFact[]
  occurredAt: Instant | undefined
}

/** All facts of an event or none. */
async function bookFacts(
  payments: Payments,
  trx: Trx,
  { event, facts, occurredAt }: Told,
  actor: Actor,
): Promise<void> {
  const row = await trx.get<{ status: string }>(
    sql`select status from webhook_events where id = ${event.id} ${forUpdate(trx.dialect)}`,
  )
  if (row?.status === 'handled') return
  const outcomes: string[] = []
  for (const fact of facts)
    outcomes.push(await book(payments, trx, { fact, instanceId: event.instance_id, occurredAt }, actor))
  await trx.run(sql`
    update webhook_events set status = 'handled', outcome = ${outcomes.join('; ') || 'nothing'}, attempts = attempts + 1, handled_at = ${payments.clock.now()} where id = ${event.id}`)
}

/**
 * Money that does not fit the attempt it is said to be for is booked nowhere, whole or in part: the event says why, for a
 * person to decide, and is not tried again by itself. Staff replay it once the matter is settled.
 */
async function refuse(payments: Payments, event: EventRow, error: unknown): Promise<void> {
  if (!isRefusal(error)) throw error
  await payments.db.transaction(async (trx) => {
    await trx.run(sql`
      update webhook_events set status = 'refused', outcome = ${`${error.code}: ${error.message}`}, attempts = attempts + 1 where id = ${event.id} and status <> 'handled'`)
    await recordAudit(payments, trx, systemActor('webhook'), [
      {
        ...{ action: 'webhook.refuse', subject: event.id, reason: error.message },
        after: { code: error.code, fields: Object.keys(error.fields) },
      },
    ])
  })
}

const isRefusal = (error: unknown): error is BerthError =>
  error instanceof BerthError && ['payment.wrong_currency', 'payment.already_booked'].includes(error.code)

/** A client of another brand than the one that the instance was set up for looks like one that there is not. */
async function isClientOf(trx: Trx, instanceId: string, clientId: string): Promise<boolean> {
  const row = await trx.get(sql`
    select c.id from clients c join plugin_instances i on i.id = ${instanceId}
    where c.id = ${clientId} and (i.brand_id is null or i.brand_id = c.brand_id)`)
  return row !== undefined
}

interface OneFact {
  fact: GatewayFact
  instanceId: string
  occurredAt: Instant | undefined
}

async function book(
  payments: Payments,
  trx: Trx,
  { fact, instanceId, occurredAt }: OneFact,
  actor: Actor,
): Promise<string> {
  switch (fact.fact) {
    case 'payment': {
      const reference = 'reference' in fact.result ? fact.result.reference : undefined
      const found = await findPayment(trx, { instanceId, id: fact.payment_id, reference })
      if (!found) return `unmatched payment ${reference ?? fact.payment_id ?? ''}`
      const told = { payment: found, outcome: fact.result, occurredAt }
      const payment = await bookOutcomeOf(payments, trx, told, actor)
      return `payment ${payment.id} ${payment.status}`
    }
    case 'refund':
      return bookRefund(
        payments,
        trx,
        {
          instanceId,
          refundId: fact.refund_id,
          paymentId: fact.payment_id,
          paymentReference: fact.payment_reference,
          amountMinor: BigInt(fact.amount.minor),
          result: fact.result,
          occurredAt,
        },
        actor,
      )
    case 'dispute':
      return bookDispute(payments, trx, { instanceId, fact, occurredAt }, actor)
    case 'method_saved':
      if (!fact.client_id) return 'method without a client'
      if (!(await isClientOf(trx, instanceId, fact.client_id))) return 'method of an unknown client'
      await keepMethod(payments, trx, { clientId: fact.client_id, instanceId, method: fact.method })
      return `method ${fact.method.label} kept`
    case 'method_removed':
      await trx.run(sql`
        update payment_methods set removed_at = ${payments.business.now()}, preferred = 0, version = version + 1 where instance_id = ${instanceId} and reference = ${fact.method} and removed_at is null`)
      return 'method removed'
    case 'method_refused': {
      const { method: reference, code, message } = fact
      const method = await trx.get<MethodRow>(
        sql`select * from payment_methods where instance_id = ${instanceId} and reference = ${reference}`,
      )
      const changed = await refuseMethod(payments, trx, { method, code, message }, actor)
      return changed ? `method refused: ${code}` : 'method unknown or refused before'
    }
    case 'agreement_payment':
      return bookAgreementPayment(payments, trx, { instanceId, fact, occurredAt }, actor)
    case 'agreement': {
      const brandId = await brandOf(trx, instanceId)
      const kept = await keepAgreement(payments, trx, { instanceId, brandId, told: fact.agreement }, actor)
      return kept ? `agreement ${kept.id} ${kept.status}` : 'agreement ended before it was known'
    }
    case 'ignored':
      return `ignored: ${fact.reason}`
    default:
      return never(fact)
  }
}
