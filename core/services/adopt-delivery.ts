import { AccessDetail, type ServiceReport, Type } from '../../sdk/index.ts'
import { defineVerb, demandCheck, findRow, updateVersioned, type Means } from '../records/index.ts'
import { demandFree } from './accounts/account-free.ts'
import { callProvider } from './call-provider.ts'
import { deliveryAsking } from './delivery-asking.ts'
import { NotFoundAtProvider, WrongAction } from './errors.ts'
import { finishDelivery } from './finish-delivery.ts'
import { findService } from './load.ts'
import type { ProviderMeans } from './ports.ts'
import { reconcileDelivery } from './reconcile-delivery.ts'
import { lockOwnWork } from './retry-delivery.ts'
import type { DeliveryRow } from './rows.ts'

/** Takes something that exists at the provider as what this creation was to make. The provider is asked first. */
export const adoptDelivery = defineVerb(
  {
    permission: 'delivery.adopt',
    asks: ['delivery.adopt:check'],
    audience: ['staff'],
    input: Type.Object({
      delivery_id: Type.String(),
      remote_id: Type.String({ minLength: 1, maxLength: 255 }),
      /** Where it stands, when the delivery never got as far as a server. */
      server_id: Type.Optional(Type.String()),
    }),
  },
  async (means: ProviderMeans, input, actor) => {
    const id = input.delivery_id
    const found = await findRow<DeliveryRow>(means.db, actor, { table: 'deliveries', what: 'delivery', id })
    if (found.action !== 'create') throw WrongAction({ id, action: found.action, wanted: 'a creation' })
    const service = await findService(means.db, actor, { id: found.service_id, right: 'delivery.adopt' })
    const serverId = found.server_id ?? input.server_id ?? null
    const asked = {
      delivery: { ...found, server_id: serverId },
      service: { ...service, remote_id: input.remote_id },
    }
    const report = await callProvider<ServiceReport>(means, asked, 'describe')
    if (report.state !== 'live' && report.state !== 'suspended')
      throw NotFoundAtProvider({ remote_id: input.remote_id, state: report.state })
    await means.db.transaction(async (trx) => {
      const work = await lockOwnWork(means, trx, id, actor)
      demandCheck(means, trx, actor, deliveryAsking('adopt', work.delivery, { remote_id: input.remote_id }))
      const remoteId = report.remote_id ?? input.remote_id
      if (serverId !== null) await demandFree(trx, { serverId, remoteId, serviceId: work.service.id })
      const set = { server_id: serverId }
      await updateVersioned(means, trx, { table: 'services', what: 'service', row: work.service, set })
      const placed = { ...work.service, ...set, version: work.service.version + 1 }
      const result = { remoteId, access: report.access }
      await finishDelivery(means, trx, { delivery: work.delivery, service: placed, ...result }, actor)
      await reconcileDelivery(means, trx, { serviceId: placed.id }, actor)
    })
  },
)

/** Says that a person has delivered a service, with what its client needs to use it. */
export const markDelivered = defineVerb(
  {
    permission: 'delivery.mark_done',
    asksNobody: 'it notes what a person has delivered',
    audience: ['staff'],
    input: Type.Object({
      delivery_id: Type.String(),
      remote_id: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
      access: Type.Array(AccessDetail, { default: [], maxItems: 50 }),
    }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const work = await lockOwnWork(means, trx, input.delivery_id, actor)
      const result = { remoteId: input.remote_id, access: input.access }
      await finishDelivery(means, trx, { ...work, ...result }, actor)
      await reconcileDelivery(means, trx, { serviceId: work.service.id }, actor)
    }),
)
