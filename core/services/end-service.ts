import { Type } from '../../sdk/index.ts'
import type { SqlValue, Trx } from '../db/index.ts'
import type { Actor } from '../kernel/index.ts'
import { applyTransition, defineVerb, type Means } from '../records/index.ts'
import { ServiceEnded } from './errors.ts'
import { lockFamily, lockOwnService, lockService } from './load.ts'
import { reconcileDelivery } from './reconcile-delivery.ts'
import type { ServiceRow } from './rows.ts'
import { breakBonds } from './service-discounts.ts'
import { billingLifecycle } from './service-lifecycle.ts'

/** Staff end a service for good: charging stops today and what exists at the provider is removed. */
export const terminateService = defineVerb(
  {
    permission: 'service.terminate',
    asks: ['service.end:check'],
    audience: ['staff'],
    input: Type.Object({
      service_id: Type.String(),
      reason: Type.String({ minLength: 1, maxLength: 1_000 }),
    }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const service = await lockOwnService(trx, actor, { id: input.service_id, right: 'service.terminate' })
      if (service.billing_status === 'ended') throw ServiceEnded({ id: service.id })
      await endService(means, trx, { service, reason: input.reason }, actor)
    }),
)

/** The port of billing and orders: ends services with their parts. Those that have ended are left as they are. */
export async function endServices(
  means: Means,
  trx: Trx,
  { serviceIds, reason }: { serviceIds: readonly string[]; reason: string },
  actor: Actor,
): Promise<void> {
  for (const id of [...serviceIds].sort()) {
    const service = await lockService(trx, id)
    await endService(means, trx, { service, reason }, actor)
  }
}

/** Ends the charging of a service and its parts and starts their removal. */
export async function endService(
  means: Means,
  trx: Trx,
  { service, reason }: { service: ServiceRow; reason: string },
  actor: Actor,
): Promise<void> {
  for (const row of await lockFamily(trx, service)) {
    if (row.billing_status === 'ended') continue
    // Hours that were used are charged by the next run, so the meter keeps its day.
    const meter: Record<string, SqlValue> =
      row.metered_until === null ? { next_period_on: null } : { metered_end: means.business.now() }
    const set = { ended_on: means.business.today(row.zone), ...meter }
    const body = { order_item_id: row.order_item_id, product_id: row.product_id }
    const change = { set, reason, body }
    await applyTransition(means, trx, { lifecycle: billingLifecycle, row, name: 'end', actor, change })
    await breakBonds(means, trx, [row.id])
    await reconcileDelivery(means, trx, { serviceId: row.id }, actor)
  }
}
