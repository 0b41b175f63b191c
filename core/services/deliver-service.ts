import { Type } from '../../sdk/index.ts'
import { defineVerb, demandCheck, type Means } from '../records/index.ts'
import { deliveryAsking } from './delivery-asking.ts'
import { ServiceNotLive, ServiceSuspected } from './errors.ts'
import { lockOwnService } from './load.ts'
import { startDelivery } from './start-delivery.ts'
import { isSuspected } from './suspicion.ts'

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
      if (await isSuspected(trx, service.id)) throw ServiceSuspected({ id: service.id })
      demandCheck(means, trx, actor, deliveryAsking('start', service, { action: 'create' }))
      await startDelivery(means, trx, { service, action: 'create' }, actor)
    }),
)
