import { sql, violatedUnique, type Trx } from '../db/index.ts'
import { causeIn, ledTo, saidIn } from '../events/index.ts'
import { setTimer } from '../jobs/index.ts'
import { toMs, instant, type Actor, type Instant } from '../kernel/index.ts'
import { applyTransition, updateVersioned, type Means } from '../records/index.ts'
import { deliveryLifecycle } from './delivery-lifecycle.ts'
import { DeliveryOpen } from './errors.ts'
import { mailStaff } from './mails.ts'
import { pickServer } from './pick-server.ts'
import type { DeliveryAction, DeliveryRow, DeliveryStep, HoldReason, ServiceRow } from './rows.ts'
import { deliveryStateLifecycle } from './service-lifecycle.ts'

export interface NewDelivery {
  /** Locked by the caller. */
  service: ServiceRow
  action: DeliveryAction
  /** Event that led to it; absent: what was last said of the service in this transaction, or led to all of it. */
  cause?: string
  /** Of a release: the hold that went last. */
  reason?: HoldReason
}

/** Begins work at the provider: one generation more, one open row, one job. Unfinished failures of before are given up. */
export function startDelivery(
  means: Means,
  trx: Trx,
  wanted: NewDelivery,
  actor: Actor,
): Promise<DeliveryRow> {
  const cause = wanted.cause ?? saidIn(trx, wanted.service.id)
  return ledTo(trx, cause, () => start(means, trx, wanted, actor))
}

async function start(
  means: Means,
  trx: Trx,
  { service, action, reason }: NewDelivery,
  actor: Actor,
): Promise<DeliveryRow> {
  await giveUpFailed(means, trx, service, actor)
  const serverId = service.server_id ?? (action === 'create' ? await pickServer(trx, service) : null)
  const moved = await enter(means, trx, { service, action, serverId }, actor)
  const cause = moved.began ?? causeIn(trx) ?? actor.cause
  const row = newRow(means, moved.service, { action, serverId, cause, reason })
  try {
    await trx.insert('deliveries', [row])
  } catch (error) {
    if (violatedUnique(error)) throw DeliveryOpen({ service: service.id })
    throw error
  }
  if (row.step !== 'by_hand') await enqueueDelivery(means, trx, row)
  else await tellStaff(means, trx, moved.service, row)
  return row
}

/** The job that takes the next step, in the line of its server. */
export async function enqueueDelivery(
  means: Pick<Means, 'jobs'>,
  trx: Trx,
  delivery: DeliveryRow,
): Promise<void> {
  await means.jobs.enqueue(trx, [
    {
      task: 'services.deliver',
      payload: { delivery_id: delivery.id },
      key: `deliver:${delivery.id}`,
      ...(delivery.server_id === null ? {} : { queue: `server:${delivery.server_id}` }),
    },
  ])
}

/** Sets the wake-up of a delivery. A delivery has one: setting it again moves it. */
export async function wakeDelivery(
  means: Pick<Means, 'business' | 'newId'>,
  trx: Trx,
  deliveryId: string,
  inMs: number,
): Promise<Instant> {
  const now = means.business.now()
  const dueAt = instant(toMs(now) + inMs)
  await setTimer(trx, {
    id: means.newId('tmr'),
    task: 'services.wake_delivery',
    key: `delivery:${deliveryId}`,
    dueAt,
    payload: { delivery_id: deliveryId },
    now,
  })
  return dueAt
}

async function giveUpFailed(means: Means, trx: Trx, service: ServiceRow, actor: Actor): Promise<void> {
  const failed = await trx.all<DeliveryRow>(
    sql`select * from deliveries where service_id = ${service.id} and status = 'failed' order by id`,
  )
  for (const row of failed) {
    const change = { set: { ended_at: means.business.now() }, reason: 'Replaced by newer work' }
    const move = { lifecycle: deliveryLifecycle, row, name: 'abandon' as const, actor, change }
    await applyTransition(means, trx, { ...move, unasked: change.reason })
  }
}

interface Entered {
  service: ServiceRow
  /** The event by which the service says so. */
  began?: string | undefined
}

/** The service says that work began where that shows to its client; suspension and release show when they are done. */
async function enter(
  means: Means,
  trx: Trx,
  { service, action, serverId }: { service: ServiceRow; action: DeliveryAction; serverId: string | null },
  actor: Actor,
): Promise<Entered> {
  const set = {
    generation: service.generation + 1,
    server_id: serverId,
    change_due: action === 'change' || action === 'create' ? 0 : service.change_due,
  }
  if (action === 'create' || action === 'change' || action === 'terminate') {
    const change = { set }
    const lifecycle = deliveryStateLifecycle
    const row = await applyTransition(means, trx, { lifecycle, row: service, name: action, actor, change })
    return { service: { ...row, ...set }, began: saidIn(trx, service.id) }
  }
  await updateVersioned(means, trx, { table: 'services', what: 'service', row: service, set })
  return { service: { ...service, ...set, version: service.version + 1 } }
}

interface Begun {
  serverId: string | null
  cause: string | undefined
  reason: HoldReason | undefined
}

function newRow(
  means: Means,
  service: ServiceRow,
  { action, serverId, cause, reason }: Pick<NewDelivery, 'action'> & Begun,
): DeliveryRow {
  const now = means.business.now()
  const byHand = service.instance_id === null
  return {
    id: means.newId('dlv'),
    brand_id: service.brand_id,
    client_id: service.client_id,
    service_id: service.id,
    action,
    generation: service.generation,
    status: byHand ? 'waiting' : deliveryLifecycle.initial,
    step: firstStep(byHand, action, serverId),
    server_id: serverId,
    attempts: 0,
    failure: null,
    problem: null,
    payload: '{}',
    cause: cause ?? null,
    reason: reason ?? null,
    next_try_at: byHand ? null : now,
    busy_until: null,
    started_at: now,
    ended_at: null,
    version: 1,
    created_at: now,
    updated_at: now,
  }
}

function firstStep(byHand: boolean, action: DeliveryAction, serverId: string | null): DeliveryStep {
  if (byHand) return 'by_hand'
  return action === 'create' && serverId === null ? 'choose_server' : 'call'
}

async function tellStaff(means: Means, trx: Trx, service: ServiceRow, delivery: DeliveryRow): Promise<void> {
  await mailStaff(means, trx, service, {
    template: 'delivery-by-hand',
    occasion: delivery.id,
    data: { delivery_id: delivery.id, action: delivery.action, link: `/admin/deliveries/${delivery.id}` },
  })
}
