import { Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { sql, type Trx } from '../db/index.ts'
import { recordEvent } from '../events/index.ts'
import type { Actor } from '../kernel/index.ts'
import { defineVerb, demandCheck, type Asking, type Means } from '../records/index.ts'
import { ServiceEnded } from './errors.ts'
import { lockFamily, lockOwnService, lockService } from './load.ts'
import { stopCharging } from './pause.ts'
import { reconcileDelivery } from './reconcile-delivery.ts'
import type { HoldReason, ServiceRow } from './rows.ts'

/** Staff hold a service: it is suspended until every hold is lifted. */
export const suspendService = defineVerb(
  {
    permission: 'service.suspend',
    asks: ['service.hold:check'],
    audience: ['staff'],
    input: Type.Object({
      service_id: Type.String(),
      reason: Type.Enum({ staff: 'staff', abuse: 'abuse' } as const, { default: 'staff' }),
      note: Type.Optional(Type.String({ maxLength: 1_000 })),
    }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const service = await lockOwnService(trx, actor, { id: input.service_id, right: 'service.suspend' })
      await placeHold(means, trx, { service, reason: input.reason, note: input.note }, actor)
    }),
)

/** A client rests its own service; whether charging goes on meanwhile is the shop's setting. */
export const pauseService = defineVerb(
  {
    permission: 'service.pause',
    asks: ['service.hold:check'],
    audience: ['client', 'staff'],
    input: Type.Object({ service_id: Type.String() }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const service = await lockOwnService(trx, actor, { id: input.service_id, right: 'service.pause' })
      await placeHold(means, trx, { service, reason: 'client' }, actor)
      await stopCharging(means, trx, await lockService(trx, service.id), actor)
    }),
)

export interface NewHold {
  /** Locked by the caller. */
  service: ServiceRow
  reason: Exclude<HoldReason, 'parent'>
  note?: string | undefined
}

/** Adds a hold to a service and its parts. The first one suspends; the same one again changes nothing. */
export async function placeHold(means: Means, trx: Trx, hold: NewHold, actor: Actor): Promise<void> {
  const { service, reason, note } = hold
  if (service.billing_status === 'ended') throw ServiceEnded({ id: service.id })
  demandCheck(means, trx, actor, holdAsking(service, 'hold', reason))
  await holdFamily(means, trx, { service, reason, note }, actor)
}

/** The same for what was asked about already. */
export async function holdFamily(
  means: Means,
  trx: Trx,
  { service, reason, note }: NewHold,
  actor: Actor,
): Promise<void> {
  const cause = await addHold(means, trx, { service, reason, note }, actor)
  if (cause === null) return
  for (const member of await lockFamily(trx, service)) {
    if (member.id !== service.id) await addHold(means, trx, { service: member, reason: 'parent' }, actor)
    await reconcileDelivery(means, trx, { serviceId: member.id, cause }, actor)
  }
}

/** A hold moves no state by itself, so its check is asked here: may this service be held, or be let go? */
export function holdAsking(service: ServiceRow, transition: 'hold' | 'lift', reason: HoldReason): Asking {
  const [from, to] = transition === 'hold' ? ['free', 'held'] : ['held', 'free']
  return { noun: 'service', transition, from, to, row: service, facts: { hold: reason } }
}

/** Answers the event that says it; null when there is such a hold. */
async function addHold(
  means: Means,
  trx: Trx,
  { service, reason, note }: { service: ServiceRow; reason: HoldReason; note?: string | undefined },
  actor: Actor,
): Promise<string | null> {
  const added = await trx.run(sql`
    insert into service_holds (service_id, reason, note, placed_by, placed_at)
    values (${service.id}, ${reason}, ${note ?? null}, ${actor.id}, ${means.business.now()})
    on conflict (service_id, reason) do nothing`)
  if (added === 0) return null
  const scope = { subject: service.id, brandId: service.brand_id, clientId: service.client_id }
  await recordAudit(means, trx, actor, [
    { ...scope, action: 'service.hold', after: { hold: reason }, reason: note ?? null },
  ])
  const body = { id: service.id, reason }
  const [event] = await recordEvent(means, trx, actor, { ...scope, type: 'service.held', body })
  return event!
}
