import { Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { sql, type Trx } from '../db/index.ts'
import { recordEvent } from '../events/index.ts'
import type { Actor } from '../kernel/index.ts'
import { defineVerb, demandCheck, type Means } from '../records/index.ts'
import { HoldMissing } from './errors.ts'
import { lockFamily, lockOwnService } from './load.ts'
import { holdAsking } from './place-hold.ts'
import { startCharging } from './pause.ts'
import { reconcileDelivery } from './reconcile-delivery.ts'
import { holdReasons, type HoldReason, type ServiceRow } from './rows.ts'
import { skipSuspended } from './skip-periods.ts'

/** Staff lift one hold, or all of them when no reason is given. */
export const releaseService = defineVerb(
  {
    permission: 'service.release',
    asks: ['service.lift:check'],
    audience: ['staff'],
    input: Type.Object({
      service_id: Type.String(),
      reason: Type.Optional(Type.Enum(['overdue', 'abuse', 'staff', 'client', 'plugin'] as const)),
    }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const service = await lockOwnService(trx, actor, { id: input.service_id, right: 'service.release' })
      if (input.reason !== undefined)
        return liftOrRefuse(means, trx, { service, reason: input.reason }, actor)
      // What an order marked as fraud holds is let go with its mark.
      for (const reason of holdReasons.filter((one) => one !== 'fraud'))
        await liftHold(means, trx, { service, reason }, actor)
    }),
)

/** A client wakes a service that it paused. */
export const resumeService = defineVerb(
  {
    permission: 'service.resume',
    asks: ['service.lift:check'],
    audience: ['client', 'staff'],
    input: Type.Object({ service_id: Type.String() }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const service = await lockOwnService(trx, actor, { id: input.service_id, right: 'service.resume' })
      await liftOrRefuse(means, trx, { service, reason: 'client' }, actor)
    }),
)

export interface LiftedHold {
  /** Locked by the caller. */
  service: ServiceRow
  reason: HoldReason
}

async function liftOrRefuse(means: Means, trx: Trx, hold: LiftedHold, actor: Actor): Promise<void> {
  const lifted = await liftHold(means, trx, hold, actor)
  if (!lifted) throw HoldMissing({ id: hold.service.id, reason: hold.reason })
}

/** Takes a hold off; the last one releases the service and its parts. Answers whether there was such a hold. */
export async function liftHold(means: Means, trx: Trx, hold: LiftedHold, actor: Actor): Promise<boolean> {
  const { service, reason } = hold
  const isHeld = await trx.get(
    sql`select reason from service_holds where service_id = ${service.id} and reason = ${reason}`,
  )
  if (!isHeld) return false
  demandCheck(means, trx, actor, holdAsking(service, 'lift', reason))
  return letGo(means, trx, hold, actor)
}

/** The same for what was asked about already. */
export async function letGo(means: Means, trx: Trx, hold: LiftedHold, actor: Actor): Promise<boolean> {
  const { service, reason } = hold
  const cause = await removeHold(means, trx, { service, reason }, actor)
  if (cause === null) return false
  if (reason === 'plugin')
    await trx.run(sql`delete from service_plugin_holds where service_id = ${service.id}`)
  if (reason === 'client') await startCharging(means, trx, service.id, actor)
  const rest = await trx.get(sql`select reason from service_holds where service_id = ${service.id} limit 1`)
  for (const member of await lockFamily(trx, service)) {
    if (!rest && member.id !== service.id)
      await removeHold(means, trx, { service: member, reason: 'parent' }, actor)
    if (!rest) await skipSuspended(means, trx, member.id)
    const lifted = member.id === service.id ? reason : 'parent'
    await reconcileDelivery(means, trx, { serviceId: member.id, cause, lifted }, actor)
  }
  return true
}

/** Answers the event that says it; null when there is no such hold. */
async function removeHold(means: Means, trx: Trx, hold: LiftedHold, actor: Actor): Promise<string | null> {
  const { service, reason } = hold
  const removed = await trx.run(
    sql`delete from service_holds where service_id = ${service.id} and reason = ${reason}`,
  )
  if (removed === 0) return null
  const scope = { subject: service.id, brandId: service.brand_id, clientId: service.client_id }
  await recordAudit(means, trx, actor, [{ ...scope, action: 'service.lift_hold', before: { hold: reason } }])
  const body = { id: service.id, reason }
  const [event] = await recordEvent(means, trx, actor, { ...scope, type: 'service.lifted', body })
  return event!
}
