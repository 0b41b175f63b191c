import { Type, type Static } from '../../sdk/index.ts'
import { sql, type Queries, type Sql } from '../db/index.ts'
import { cycle, recurs } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { ChangeNotPossible, ServiceEnded } from './errors.ts'
import { findService } from './load.ts'
import { planChange, type ChangeFacts, type ChangePlan } from './plan-change.ts'
import type { Coupon } from './plan-periods.ts'
import type { ChangeMeans, Offer } from './ports.ts'
import type { ServiceDiscount } from './service-discounts.ts'
import type { ServiceRow } from './rows.ts'

export const ChangeWish = Type.Object({
  service_id: Type.String(),
  /** Another plan; absent keeps the present one and changes options only. */
  product_id: Type.Optional(Type.String()),
  cycle: Type.Optional(Type.String()),
  options: Type.Array(
    Type.Object({
      option_id: Type.String(),
      value_id: Type.Optional(Type.String()),
      quantity: Type.Optional(Type.Integer({ minimum: 0 })),
      value: Type.Optional(Type.String({ maxLength: 1_000 })),
    }),
    { default: [], maxItems: 200 },
  ),
})
export type ChangeWish = Static<typeof ChangeWish>

export interface PricedChange {
  service: ServiceRow
  offer: Offer
  plan: ChangePlan
}

/** What a change would cost today and from the next period on. Changes nothing. */
export const previewChange = defineVerb(
  { permission: 'service.preview_change', audience: ['client', 'staff'], input: ChangeWish },
  async (means: ChangeMeans, input, actor): Promise<PricedChange> => {
    const right = 'service.preview_change'
    const service = await findService(means.db, actor, { id: input.service_id, right })
    return priceChange(means, means.db, { service, wish: input, changeId: 'preview' })
  },
)

export async function priceChange(
  means: ChangeMeans,
  queries: Queries,
  { service, wish, changeId }: { service: ServiceRow; wish: ChangeWish; changeId: string },
): Promise<PricedChange> {
  const onDay = refuseImpossible(means, service)
  const offer = await means.changes.price(queries, {
    service,
    productId: wish.product_id ?? service.product_id,
    cycle: wish.cycle === undefined ? service.cycle : cycle(wish.cycle),
    options: wish.options.map((option) => ({
      optionId: option.option_id,
      ...(option.value_id === undefined ? {} : { valueId: option.value_id }),
      ...(option.quantity === undefined ? {} : { quantity: option.quantity }),
      ...(option.value === undefined ? {} : { value: option.value }),
    })),
    onDay,
  })
  if (offer.instanceId !== service.instance_id)
    throw ChangeNotPossible({
      id: service.id,
      reason: 'the other plan is delivered in another way. Order it anew.',
    })
  if (offer.cycle !== service.cycle && !recurs(offer.cycle))
    throw ChangeNotPossible({
      id: service.id,
      reason: 'the other plan is not charged by period. Order it anew.',
    })
  const facts = await pricedFacts(queries, service)
  return { service, offer, plan: planChange({ service, offer, onDay, changeId, ...facts }) }
}

function refuseImpossible(means: Means, service: ServiceRow) {
  if (service.billing_status === 'ended') throw ServiceEnded({ id: service.id })
  if (service.billing_status !== 'active')
    throw ChangeNotPossible({
      id: service.id,
      reason: `it is ${service.billing_status}; only an active service changes.`,
    })
  return means.business.today(service.zone)
}

/** The old name, and the coupon when the present period was charged with it. */
async function pricedFacts(
  queries: Queries,
  service: ServiceRow,
): Promise<Pick<ChangeFacts, 'oldName' | 'coupon' | 'further'>> {
  const chargedAs = (causes: Sql) => sql`exists (
      select 1 from charges c where c.source_id = ${service.id} and c.kind = 'discount'
        and c.period_end = ${service.charged_through ?? ''} and c.cause in (${causes}))`
  const row = await queries.get<{ name: string } & { [K in keyof Coupon]: Coupon[K] | null }>(sql`
    select p.name, k.id, k.code, k.percent_ppm, k.currency, k.amount_minor from products p
    left join coupons k on k.id = ${service.coupon_id} and ${chargedAs(sql`'', k.id`)}
    where p.id = ${service.product_id}`)
  if (!row) return { oldName: service.label }
  const further = await queries.all<ServiceDiscount>(sql`
    select * from service_discounts d where d.service_id = ${service.id} and ${chargedAs(sql`d.id, d.cause_id`)}
    order by d.position, d.id`)
  const { name: oldName, id, code, ...terms } = row
  return id === null || code === null
    ? { oldName, further }
    : { oldName, further, coupon: { id, code, ...terms } }
}
