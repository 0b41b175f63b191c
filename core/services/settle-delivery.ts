import type { Trx } from '../db/index.ts'
import { causedBy } from '../events/index.ts'
import { toMs, type Actor, type Instant } from '../kernel/index.ts'
import { applyTransition, updateVersioned, type Means } from '../records/index.ts'
import { deliveryLifecycle } from './delivery-lifecycle.ts'
import { finishDelivery, keepAccess } from './finish-delivery.ts'
import { lockService, type Work } from './load.ts'
import { mailClient, mailStaff, servicePath } from './mails.ts'
import { abandonDelivery, reconcileDelivery } from './reconcile-delivery.ts'
import type { DeliveryRow, ServiceRow } from './rows.ts'
import { deliveryStateLifecycle } from './service-lifecycle.ts'
import { wakeDelivery } from './start-delivery.ts'
import type { Trouble, Verdict } from './verdict.ts'

const MINUTE_MS = 60_000
/** Before the second, third and fourth try, business clock. */
export const RETRY_MS = [MINUTE_MS, 5 * MINUTE_MS, 30 * MINUTE_MS] as const
/** Between questions while the provider works; the last one repeats. */
export const POLL_MS = [15_000, 20_000, 30_000, 45_000, 60_000] as const
/** A provider that has not finished by then never will without help. */
export const POLL_GIVE_UP_MS = 60 * MINUTE_MS

export interface Settlement extends Work {
  /** The step that was taken. */
  step: DeliveryRow['step']
  verdict: Verdict
}

/** Writes what an answer means: done, asked again later, called at once, tried again or given to staff. */
export async function settleDelivery(
  means: Means,
  trx: Trx,
  settled: Settlement,
  actor: Actor,
): Promise<void> {
  const { delivery, verdict, step } = settled
  causedBy(trx, delivery.cause)
  // The service may have been renamed, held or charged while the call was out; the claim guards the delivery alone.
  const service = await lockService(trx, settled.service.id)
  const work = { delivery, service }
  switch (verdict.kind) {
    case 'done':
      if (step === 'undo') return finishUndo(means, trx, work, actor)
      await finishDelivery(means, trx, { ...work, ...verdict }, actor)
      return reconcileDelivery(means, trx, { serviceId: service.id }, actor)
    case 'pending':
      return waitForProvider(means, trx, { ...settled, ...work }, actor)
    case 'call':
      return update(means, trx, delivery, { step: 'call', busy_until: null })
    case 'trouble':
      return tryLater(means, trx, { ...work, step, trouble: verdict }, actor)
  }
}

/** What was made is gone again: the place on the server is free and the service may be delivered anew. */
async function finishUndo(means: Means, trx: Trx, { delivery, service }: Work, actor: Actor): Promise<void> {
  await abandonDelivery(means, trx, { row: delivery }, actor)
  const change = { set: { server_id: null, remote_id: null } }
  const lifecycle = deliveryStateLifecycle
  await applyTransition(means, trx, { lifecycle, row: service, name: 'undo', actor, change })
  await reconcileDelivery(means, trx, { serviceId: service.id }, actor)
}

async function waitForProvider(means: Means, trx: Trx, settled: Settlement, actor: Actor): Promise<void> {
  const { delivery, service, verdict } = settled
  const now = means.business.now()
  const { since, polls } = pollsOf(delivery, now)
  const waited = toMs(now) - toMs(since)
  if (waited >= POLL_GIVE_UP_MS) {
    const problem = `The provider has not finished within ${POLL_GIVE_UP_MS / MINUTE_MS} minutes.`
    return fail(
      means,
      trx,
      { delivery, service },
      { failure: 'timed_out', problem, attempts: delivery.attempts, actor },
    )
  }
  if (verdict.kind === 'pending') await rememberRemote(means, trx, service, verdict)
  const next = await wakeDelivery(means, trx, delivery.id, POLL_MS[Math.min(polls, POLL_MS.length - 1)]!)
  const set = {
    step: settled.step === 'undo' ? ('undo' as const) : ('poll' as const),
    payload: JSON.stringify({ since, polls: polls + 1 }),
    attempts: 0,
    next_try_at: next,
    busy_until: null,
  }
  if (delivery.status === 'waiting') return update(means, trx, delivery, set)
  const change = { set, body: { service_id: service.id, action: delivery.action } }
  await applyTransition(means, trx, {
    lifecycle: deliveryLifecycle,
    row: delivery,
    name: 'wait',
    actor,
    change,
  })
}

function pollsOf(delivery: DeliveryRow, now: Instant): { since: Instant; polls: number } {
  const payload = JSON.parse(delivery.payload) as { since?: Instant; polls?: number }
  return { since: payload.since ?? now, polls: payload.polls ?? 0 }
}

/** The id at the provider is worth more than anything: without it a half-made server cannot be taken back. */
async function rememberRemote(
  means: Means,
  trx: Trx,
  service: ServiceRow,
  found: Extract<Verdict, { kind: 'pending' }>,
): Promise<void> {
  if (found.access) await keepAccess(means, trx, service.id, found.access)
  if (found.remoteId === undefined || found.remoteId === service.remote_id) return
  const set = { remote_id: found.remoteId }
  await updateVersioned(means, trx, { table: 'services', what: 'service', row: service, set })
}

async function tryLater(
  means: Means,
  trx: Trx,
  { delivery, service, step, trouble }: Work & { step: DeliveryRow['step']; trouble: Trouble },
  actor: Actor,
): Promise<void> {
  const attempts = delivery.attempts + 1
  const { failure, problem } = trouble
  const pause = RETRY_MS[attempts - 1]
  const next = nextStep(delivery, step, trouble)
  if (!trouble.transient || pause === undefined) {
    return fail(
      means,
      trx,
      { delivery: { ...delivery, step: next }, service },
      { failure, problem, attempts, actor },
    )
  }
  const nextTryAt = await wakeDelivery(means, trx, delivery.id, pause)
  const set = { attempts, failure, problem, step: next, next_try_at: nextTryAt, busy_until: null }
  await update(means, trx, delivery, set)
}

/** A question changes nothing and is simply asked again; a call is repeated only when we know that it did nothing. */
function nextStep(delivery: DeliveryRow, step: DeliveryRow['step'], trouble: Trouble): DeliveryRow['step'] {
  if (step === 'undo' || step === 'choose_server') return step
  if (step === 'look') return 'look'
  if (step === 'poll')
    return trouble.failure === 'paid_not_delivered' && delivery.action === 'create' ? 'look' : 'poll'
  return trouble.unknown ? 'look' : 'call'
}

interface Failing {
  failure: Trouble['failure']
  problem: string
  attempts: number
  actor: Actor
}

/** After the last try people take over: staff see it in the queue, the client hears that it takes longer. */
async function fail(means: Means, trx: Trx, { delivery, service }: Work, failing: Failing): Promise<void> {
  const { failure, problem, attempts, actor } = failing
  const set = { failure, problem, attempts, step: delivery.step, next_try_at: null, busy_until: null }
  const body = { service_id: service.id, action: delivery.action, failure }
  const change = { set, body }
  await applyTransition(means, trx, {
    lifecycle: deliveryLifecycle,
    row: delivery,
    name: 'fail',
    actor,
    change,
  })
  const data = { delivery_id: delivery.id, action: delivery.action, failure, problem }
  const link = `/admin/deliveries/${delivery.id}`
  const occasion = `${delivery.id}:${delivery.version}`
  await mailStaff(means, trx, service, { template: 'delivery-failed', occasion, data: { ...data, link } })
  if (delivery.action !== 'create') return
  const late = { template: 'delivery-late', link: servicePath(service), occasion: delivery.id } as const
  await mailClient(means, trx, service, late)
}

async function update(
  means: Means,
  trx: Trx,
  row: DeliveryRow,
  set: Partial<
    Pick<DeliveryRow, 'step' | 'busy_until' | 'attempts' | 'failure' | 'problem' | 'next_try_at' | 'payload'>
  >,
): Promise<void> {
  await updateVersioned(means, trx, { table: 'deliveries', what: 'delivery', row, set })
}
