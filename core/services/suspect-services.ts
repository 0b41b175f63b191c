import { sql, type Trx } from '../db/index.ts'
import { instant, toMs, type Actor, type Instant } from '../kernel/index.ts'
import { updateVersioned, type Means } from '../records/index.ts'
import { standBack } from './abandon-delivery.ts'
import { letGo } from './lift-hold.ts'
import { lockService, type Work } from './load.ts'
import { holdFamily } from './place-hold.ts'
import { abandonDelivery, isBusy, openDelivery } from './reconcile-delivery.ts'
import { reopenDelivery } from './retry-delivery.ts'
import type { DeliveryRow, ServiceRow } from './rows.ts'
import { skipMissed } from './skip-periods.ts'
import { startDelivery } from './start-delivery.ts'
import { suspicion } from './suspicion.ts'

/**
 * The port of orders: nothing of what was ordered by fraud is made any more, what is live is suspended, and no period is
 * charged, until it is trusted again. A creation that may have reached its provider is taken back there.
 */
export async function suspectServices(
  means: Means,
  trx: Trx,
  { serviceIds, note }: { serviceIds: readonly string[]; note: string },
  actor: Actor,
): Promise<void> {
  for (const id of [...serviceIds].sort()) {
    const service = await lockService(trx, id)
    if (service.billing_status === 'ended') continue
    await stopCreation(means, trx, service, actor)
    await holdFamily(means, trx, { service: await lockService(trx, id), reason: 'fraud', note }, actor)
  }
}

/** One that failed would be tried again by staff. A call that is out is heard first: what it makes is suspended at once. */
async function stopCreation(means: Means, trx: Trx, service: ServiceRow, actor: Actor): Promise<void> {
  const delivery = await trx.get<DeliveryRow>(sql`
    select * from deliveries where service_id = ${service.id} and action = 'create' and status in ('open', 'waiting', 'failed')
    order by id desc limit 1`)
  if (!delivery || isBusy(means, delivery) || delivery.step === 'undo') return
  const work: Work = { delivery, service }
  const mayExist = delivery.server_id !== null && (delivery.attempts > 0 || delivery.step !== 'call')
  if (mayExist && delivery.step !== 'by_hand')
    return reopenDelivery(means, trx, { ...work, step: 'undo' }, actor)
  await abandonDelivery(means, trx, { row: delivery }, actor)
  await standBack(means, trx, work, actor)
}

/** The port of orders: what was suspected is released, made where it was paid for, and charged on from today. */
export async function trustServices(
  means: Means,
  trx: Trx,
  { serviceIds }: { serviceIds: readonly string[] },
  actor: Actor,
): Promise<void> {
  for (const id of [...serviceIds].sort()) {
    const service = await lockService(trx, id)
    const hold = await suspicion(trx, id)
    if (!hold || !(await letGo(means, trx, { service, reason: 'fraud' }, actor))) continue
    if (service.billing_status === 'ended') continue
    await skipHeld(means, trx, await lockService(trx, id), hold.placed_at)
    await deliverMissed(means, trx, await lockService(trx, id), actor)
  }
}

/** What waits for the acceptance of its order goes on waiting for it. */
async function deliverMissed(means: Means, trx: Trx, service: ServiceRow, actor: Actor): Promise<void> {
  const { delivery_on: moment, delivery_status: state, billing_status: billing } = service
  const isDue = moment === 'order' || (moment === 'payment' && billing !== 'pending')
  if (state !== 'none' || !isDue || (await openDelivery(trx, service.id))) return
  await startDelivery(means, trx, { service, action: 'create' }, actor)
}

/** Hours that it ran before are charged still: its meter stands as if the time between had not been. */
async function skipHeld(means: Means, trx: Trx, row: ServiceRow, heldSince: Instant): Promise<void> {
  if (row.metered_until === null) return skipMissed(means, trx, row)
  const heldHours = Math.floor((toMs(means.business.now()) - toMs(heldSince)) / HOUR_MS)
  const set = { metered_until: instant(toMs(row.metered_until) + heldHours * HOUR_MS) }
  await updateVersioned(means, trx, { table: 'services', what: 'service', row, set })
}

const HOUR_MS = 3_600_000
