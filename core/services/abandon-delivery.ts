import { Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import type { Trx } from '../db/index.ts'
import { recordEvent } from '../events/index.ts'
import type { Actor } from '../kernel/index.ts'
import { applyTransition, defineVerb, demandCheck, type Means } from '../records/index.ts'
import { deliveryAsking } from './delivery-asking.ts'
import { endService } from './end-service.ts'
import { ServiceNotLive } from './errors.ts'
import { lockOwnService, lockService, type Work } from './load.ts'
import { abandonDelivery } from './reconcile-delivery.ts'
import { lockOwnWork } from './retry-delivery.ts'
import { deliveryStateLifecycle } from './service-lifecycle.ts'
import { startDelivery } from './start-delivery.ts'

/** Gives a delivery up. When the client has its money back, the service ends with it. */
export const giveUpDelivery = defineVerb(
  {
    permission: 'delivery.abandon',
    asks: ['delivery.abandon:check'],
    audience: ['staff'],
    input: Type.Object({
      delivery_id: Type.String(),
      refunded: Type.Boolean({ default: false }),
      reason: Type.String({ minLength: 1, maxLength: 1_000 }),
    }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const work = await lockOwnWork(means, trx, input.delivery_id, actor)
      await abandonDelivery(means, trx, { row: work.delivery, reason: input.reason }, actor)
      await standBack(means, trx, work, actor)
      const { id: subject, brand_id: brandId, client_id: clientId } = work.service
      const scope = { subject, brandId, clientId }
      const after = { delivery: work.delivery.id, refunded: input.refunded }
      await recordAudit(means, trx, actor, [
        { ...scope, action: 'delivery.abandon', after, reason: input.reason },
      ])
      if (!input.refunded) return
      const body = { id: work.delivery.id, service_id: subject, order_item_id: work.service.order_item_id }
      await recordEvent(means, trx, actor, { ...scope, type: 'delivery.refunded', body })
      const service = await lockService(trx, subject)
      await endService(means, trx, { service, reason: input.reason }, actor)
    }),
)

/** The service stands where it stood before the work began. A change that was not made is made later. */
async function standBack(means: Means, trx: Trx, { delivery, service }: Work, actor: Actor): Promise<void> {
  const lifecycle = deliveryStateLifecycle
  if (delivery.action === 'create' && service.delivery_status === 'creating') {
    const change = { set: { server_id: null } }
    await applyTransition(means, trx, { lifecycle, row: service, name: 'undo', actor, change })
  } else if (delivery.action === 'change' && service.delivery_status === 'changing') {
    await applyTransition(means, trx, { lifecycle, row: service, name: 'finish_change', actor })
  } else if (delivery.action === 'terminate' && service.delivery_status === 'terminating') {
    const change = { set: { server_id: null } }
    await applyTransition(means, trx, { lifecycle, row: service, name: 'remove', actor, change })
  }
}

/** Staff start the delivery of a service that waits for nobody else: never delivered, undone, or given up. */
export const deliverService = defineVerb(
  {
    permission: 'service.deliver',
    asks: ['delivery.start:check'],
    audience: ['staff'],
    input: Type.Object({ service_id: Type.String() }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const service = await lockOwnService(trx, actor, { id: input.service_id, right: 'service.deliver' })
      if (service.billing_status === 'ended' || service.delivery_status !== 'none')
        throw ServiceNotLive({ id: service.id, state: service.delivery_status })
      demandCheck(means, trx, actor, deliveryAsking('start', service, { action: 'create' }))
      await startDelivery(means, trx, { service, action: 'create' }, actor)
    }),
)
