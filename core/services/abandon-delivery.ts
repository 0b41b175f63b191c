import { Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { refundPayment, type GivenBack, type ServicesRefundPlan } from '../billing/index.ts'
import { sql, type Queries, type Trx } from '../db/index.ts'
import { recordEvent } from '../events/index.ts'
import type { Actor } from '../kernel/index.ts'
import { applyTransition, defineVerb, findRow, permit, type Means } from '../records/index.ts'
import { endService } from './end-service.ts'
import { NothingToRefund } from './errors.ts'
import { lockService, type Work } from './load.ts'
import type { ChangeMeans } from './ports.ts'
import { abandonDelivery } from './reconcile-delivery.ts'
import { lockOwnWork } from './retry-delivery.ts'
import type { DeliveryRow, ServiceRow } from './rows.ts'
import { deliveryStateLifecycle } from './service-lifecycle.ts'

/**
 * Gives a delivery up. With a refund the client gets back all that was charged for what was never delivered, through the
 * gateways or as credit, and the service ends with it. Giving money back takes the permission "payment.refund" besides.
 */
export const giveUpDelivery = defineVerb(
  {
    permission: 'delivery.abandon',
    asks: ['delivery.abandon:check'],
    audience: ['staff'],
    input: Type.Object({
      delivery_id: Type.String(),
      /** Absent: the service and its money stay as they are. */
      refund: Type.Optional(Type.Enum({ source: 'source', credit: 'credit' } as const)),
      reason: Type.String({ minLength: 1, maxLength: 1_000 }),
    }),
  },
  async (means: ChangeMeans, { delivery_id, refund, reason }, actor): Promise<DeliveryRefund | null> => {
    if (refund) permit(refundPayment, actor)
    return means.db.transaction(async (trx) => {
      const work = await lockOwnWork(means, trx, delivery_id, actor)
      await abandonDelivery(means, trx, { row: work.delivery, reason }, actor)
      await standBack(means, trx, work, actor)
      const { id: subject, brand_id: brandId, client_id: clientId } = work.service
      const scope = { subject, brandId, clientId }
      const after = { delivery: delivery_id, ...(refund ? { refund } : {}) }
      await recordAudit(means, trx, actor, [{ ...scope, action: 'delivery.abandon', after, reason }])
      return refund ? giveBack(means, trx, { work, to: refund, reason }, actor) : null
    })
  },
)

export interface GivingUp extends Work {
  /** What a refund would move; null when there is nothing to give back, or the thing was delivered before. */
  plan: ServicesRefundPlan | null
}

/** What giving a delivery up would do, for the page that asks first. */
export async function previewGivingUp(means: ChangeMeans, actor: Actor, id: string): Promise<GivingUp> {
  const delivery = await findRow<DeliveryRow>(means.db, actor, { table: 'deliveries', what: 'delivery', id })
  const family = await familyOf(means.db, delivery)
  const service = family.find((one) => one.id === delivery.service_id)!
  const serviceIds = undelivered(delivery, family)
  const plan = serviceIds.length === 0 ? null : await means.changes.planRefund(means, means.db, serviceIds)
  return { delivery, service, plan }
}

export interface DeliveryRefund extends GivenBack {
  currency: string
}

interface GivingBack {
  work: Work
  to: 'source' | 'credit'
  reason: string
}

async function giveBack(
  means: ChangeMeans,
  trx: Trx,
  { work, to, reason }: GivingBack,
  actor: Actor,
): Promise<DeliveryRefund> {
  const { delivery, service: found } = work
  const serviceIds = undelivered(delivery, await familyOf(trx, delivery))
  if (serviceIds.length === 0 || !(await means.changes.planRefund(means, trx, serviceIds)))
    throw NothingToRefund({ service: found.id })
  const wish = { serviceIds, to, reason, once: delivery.id }
  const back = await means.changes.refundServices(means, trx, wish, actor)
  const { id: subject, brand_id: brandId, client_id: clientId, currency, order_item_id } = found
  const minor = { sent_minor: String(back.sentMinor), credit_minor: String(back.creditMinor) }
  const body = { id: delivery.id, service_id: subject, order_item_id, currency, ...minor }
  if (back.sentMinor + back.creditMinor > 0n)
    await recordEvent(means, trx, actor, { subject, brandId, clientId, type: 'delivery.refunded', body })
  await endService(means, trx, { service: await lockService(trx, subject), reason }, actor)
  return { ...back, currency }
}

interface Member extends ServiceRow {
  /** Creations of it that were finished. */
  made: number
}

/** The service of a delivery and its parts that have not ended. */
const familyOf = (queries: Queries, { service_id: id }: DeliveryRow): Promise<Member[]> =>
  queries.all<Member>(sql`
    select s.*, (select count(*) from deliveries d
      where d.service_id = s.id and d.action = 'create' and d.status = 'done') as made
    from services s where s.id = ${id} or s.parent_id = ${id} and s.billing_status <> 'ended' order by s.id`)

/** The service that was to be made and its parts, as far as nothing of them was ever delivered; none when it was. */
function undelivered({ action, service_id: id }: DeliveryRow, family: readonly Member[]): string[] {
  const ids = family.filter(({ made }) => Number(made) === 0).map((one) => one.id)
  return action === 'create' && ids.includes(id) ? ids : []
}

/** The service stands where it stood before the work began. A change that was not made is made later. */
export async function standBack(
  means: Means,
  trx: Trx,
  { delivery, service }: Work,
  actor: Actor,
): Promise<void> {
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
