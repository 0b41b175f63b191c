import { sql, type Trx } from '../db/index.ts'
import { ledTo, saidIn } from '../events/index.ts'
import { clearTimer } from '../jobs/index.ts'
import type { Actor } from '../kernel/index.ts'
import { applyTransition, type Means } from '../records/index.ts'
import { deliveryLifecycle } from './delivery-lifecycle.ts'
import { finishDelivery } from './finish-delivery.ts'
import { lockService } from './load.ts'
import type { DeliveryAction, DeliveryRow, HoldReason, ServiceRow } from './rows.ts'
import { deliveryStateLifecycle } from './service-lifecycle.ts'
import { startDelivery } from './start-delivery.ts'

export interface Wish {
  serviceId: string
  /** Event that led to it; absent: what was last said of the service in this transaction. */
  cause?: string
  /** The hold that was lifted just now. */
  lifted?: HoldReason
}

/**
 * Starts the work that brings the thing at the provider to what we want now: held, running, changed or gone. Called
 * after every act that changes the wish and after every delivery; while work is open it waits for its end.
 */
export function reconcileDelivery(means: Means, trx: Trx, wish: Wish, actor: Actor): Promise<void> {
  return ledTo(trx, wish.cause ?? saidIn(trx, wish.serviceId), () => reconcile(means, trx, wish, actor))
}

async function reconcile(
  means: Means,
  trx: Trx,
  { serviceId, cause, lifted }: Wish,
  actor: Actor,
): Promise<void> {
  for (;;) {
    const service = await lockService(trx, serviceId)
    const action = await wantedAction(trx, service)
    if (action === null) return giveUpNeedless(means, trx, service, actor)
    const open = await openDelivery(trx, serviceId)
    if (open && !(action === 'terminate' && mayStop(means, open))) return
    if (open) await abandonDelivery(means, trx, { row: open }, actor)
    if (action === 'discard') return discard(means, trx, service, actor)
    const reason = action === 'release' && lifted ? { reason: lifted } : {}
    const wanted = { service, action, ...(cause ? { cause } : {}), ...reason }
    const delivery = await startDelivery(means, trx, wanted, actor)
    if (delivery.step !== 'by_hand') return
    // Nobody but us keeps a service that was delivered by hand: staff hear of it, and the state follows at once.
    await finishDelivery(means, trx, { delivery, service: await lockService(trx, serviceId) }, actor)
  }
}

async function wantedAction(
  trx: Trx,
  service: ServiceRow,
): Promise<Exclude<DeliveryAction, 'create'> | 'discard' | null> {
  const { delivery_status: state } = service
  if (service.billing_status === 'ended') return wantedAtEnd(service)
  if (state !== 'live' && state !== 'suspended' && state !== 'changing') return null
  const held = await trx.get(sql`select reason from service_holds where service_id = ${service.id} limit 1`)
  if (held) return state === 'suspended' ? null : 'suspend'
  if (state === 'suspended') return 'release'
  return state === 'live' && service.change_due === 1 ? 'change' : null
}

function wantedAtEnd(service: ServiceRow): 'discard' | 'terminate' | null {
  switch (service.delivery_status) {
    case 'none':
      return 'discard'
    case 'creating':
      // Without a server nothing was ever asked for.
      return service.server_id === null ? 'discard' : 'terminate'
    case 'live':
    case 'changing':
    case 'suspended':
      return 'terminate'
    default:
      return null
  }
}

export function openDelivery(trx: Trx, serviceId: string): Promise<DeliveryRow | undefined> {
  return trx.get<DeliveryRow>(
    sql`select * from deliveries where service_id = ${serviceId} and status in ('open', 'waiting')`,
  )
}

/** A call that is out must be heard first: its answer decides what there is to take back. */
export function isBusy(means: Means, delivery: DeliveryRow): boolean {
  return delivery.busy_until !== null && delivery.busy_until > means.clock.now()
}

const mayStop = (means: Means, delivery: DeliveryRow): boolean =>
  delivery.action !== 'terminate' && !isBusy(means, delivery)

/** With a reason it is a decision, and plugins are asked; without, nobody needs the work any more. */
export async function abandonDelivery(
  means: Means,
  trx: Trx,
  { row, reason }: { row: DeliveryRow; reason?: string },
  actor: Actor,
): Promise<DeliveryRow> {
  await clearTimer(trx, `delivery:${row.id}`)
  const set = { ended_at: means.business.now(), busy_until: null, next_try_at: null }
  const why = reason === undefined ? {} : { reason }
  const change = { set, body: { service_id: row.service_id, action: row.action }, ...why }
  const move = { lifecycle: deliveryLifecycle, row, name: 'abandon' as const, actor, change }
  return applyTransition(means, trx, reason ? move : { ...move, unasked: 'nobody needs the work any more' })
}

/** A suspension that failed is over when its hold is lifted, as a failed release is when a hold came back. */
async function giveUpNeedless(means: Means, trx: Trx, service: ServiceRow, actor: Actor): Promise<void> {
  const needless = await trx.all<DeliveryRow>(sql`
    select * from deliveries where service_id = ${service.id} and status = 'failed'
      and action in ('suspend', 'release')`)
  for (const row of needless) await abandonDelivery(means, trx, { row }, actor)
}

async function discard(means: Means, trx: Trx, row: ServiceRow, actor: Actor): Promise<void> {
  const failed = await trx.all<DeliveryRow>(
    sql`select * from deliveries where service_id = ${row.id} and status in ('open', 'waiting', 'failed')`,
  )
  for (const delivery of failed) await abandonDelivery(means, trx, { row: delivery }, actor)
  await applyTransition(means, trx, { lifecycle: deliveryStateLifecycle, row, name: 'discard', actor })
}
