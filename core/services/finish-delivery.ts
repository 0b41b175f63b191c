import type { AccessDetail } from '../../sdk/index.ts'
import { sql, type SqlValue, type Trx } from '../db/index.ts'
import { ledTo, saidIn } from '../events/index.ts'
import { clearTimer, type Json } from '../jobs/index.ts'
import type { Actor } from '../kernel/index.ts'
import { applyTransition, type Means } from '../records/index.ts'
import { deliveryLifecycle } from './delivery-lifecycle.ts'
import type { Work } from './load.ts'
import { mailClient, servicePath, type ServiceMail } from './mails.ts'
import type { DeliveryAction, ServiceRow } from './rows.ts'
import { deliveryStateLifecycle } from './service-lifecycle.ts'

export interface Result {
  remoteId?: string | undefined
  access?: readonly AccessDetail[] | undefined
}

/** Writes what the provider has done: delivery done, service in its new state, access kept, client told. */
export async function finishDelivery(
  means: Means,
  trx: Trx,
  { delivery, service, remoteId, access }: Work & Result,
  actor: Actor,
): Promise<void> {
  const now = means.business.now()
  const set = { ended_at: now, busy_until: null, next_try_at: null, failure: null, problem: null }
  const body = { service_id: service.id, action: delivery.action }
  const finished = {
    lifecycle: deliveryLifecycle,
    row: delivery,
    name: 'finish',
    actor,
    change: { set, body },
  } as const
  await ledTo(trx, delivery.cause ?? undefined, () => applyTransition(means, trx, finished))
  await clearTimer(trx, `delivery:${delivery.id}`)
  if (access) await keepAccess(means, trx, service.id, access)
  const reasons = delivery.action === 'suspend' ? await holdsOf(trx, service.id) : []
  const held: { [key: string]: Json } = reasons.length > 0 ? { reasons } : {}
  const change = {
    set: columnsAfter(means, service, delivery.action, remoteId),
    body: { order_item_id: service.order_item_id, product_id: service.product_id, ...held },
  }
  const lifecycle = deliveryStateLifecycle
  const name = TRANSITIONS[delivery.action]
  await ledTo(trx, saidIn(trx, delivery.id), () =>
    applyTransition(means, trx, { lifecycle, row: service, name, actor, change }),
  )
  const mail = MAILS[delivery.action]
  if (!mail) return
  const link = servicePath(service)
  const occasion = String(delivery.generation)
  await mailClient(means, trx, service, { template: mail, link, occasion, data: held })
}

async function holdsOf(trx: Trx, serviceId: string): Promise<string[]> {
  const rows = await trx.all<{ reason: string }>(
    sql`select reason from service_holds where service_id = ${serviceId} order by reason`,
  )
  return rows.map((row) => row.reason)
}

const TRANSITIONS = {
  create: 'deliver',
  suspend: 'suspend',
  release: 'release',
  change: 'finish_change',
  terminate: 'remove',
} as const

const MAILS: Partial<Record<DeliveryAction, ServiceMail['template']>> = {
  create: 'service-ready',
  suspend: 'service-suspended',
  release: 'service-released',
  terminate: 'service-terminated',
}

/** A service that is gone frees its place on the server. */
function columnsAfter(
  means: Means,
  service: ServiceRow,
  action: DeliveryAction,
  remoteId: string | undefined,
): Record<string, SqlValue> {
  if (action === 'terminate') return { server_id: null }
  const remote = { remote_id: remoteId ?? service.remote_id }
  return action === 'create' ? { ...remote, delivered_at: means.business.now() } : remote
}

/** Replaces what was known. Secrets are sealed to their place; everything else stays readable for lists. */
export async function keepAccess(
  means: Means,
  trx: Trx,
  serviceId: string,
  access: readonly AccessDetail[],
): Promise<void> {
  await trx.run(sql`delete from service_access where service_id = ${serviceId}`)
  const now = means.business.now()
  await trx.insert(
    'service_access',
    access.map((detail, position) => ({
      service_id: serviceId,
      position,
      label: detail.label,
      kind: detail.kind,
      value: detail.kind === 'secret' ? null : detail.value,
      sealed:
        detail.kind === 'secret' ? means.keys.seal(detail.value, accessPlace(serviceId, position)) : null,
      shown_at: null,
      updated_at: now,
    })),
  )
}

export const accessPlace = (serviceId: string, position: number) => ({
  table: 'service_access',
  column: 'sealed',
  row: `${serviceId}/${position}`,
})
