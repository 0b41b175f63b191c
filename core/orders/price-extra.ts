import { Type, type Static } from '../../sdk/index.ts'
import { loadProducts, pricesOn, QUANTITY_MAX, type Product } from '../catalog/index.ts'
import type { Queries } from '../db/index.ts'
import { NotFound, type IsoDate } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { findService, type ServiceRow } from '../services/index.ts'
import { firstTerms } from './first-lines.ts'
import { priceItems, type PricedItem } from './price-items.ts'
import { runningParents } from './running-parents.ts'

const Answers = Type.Record(Type.String({ maxLength: 60 }), Type.Unknown())

export const ExtraWish = Type.Object({
  service_id: Type.String({ maxLength: 64 }),
  product_id: Type.String({ maxLength: 64 }),
  /** Absent: that of the service where the add-on is sold by it, else the first by which it is sold. */
  cycle: Type.Optional(Type.String({ pattern: '^(once|free|[1-9][0-9]{0,2}[hdwmy])$' })),
  quantity: Type.Optional(Type.Integer({ minimum: 1, maximum: QUANTITY_MAX })),
  options: Type.Optional(Answers),
  fields: Type.Optional(Answers),
})
export type ExtraWish = Static<typeof ExtraWish>

export interface PricedExtra {
  service: ServiceRow
  product: Product
  item: PricedItem
}

/** What an add-on for a running service costs until its next renewal, and from then on. Changes nothing. */
export const priceExtra = defineVerb(
  { permission: 'order.price_extra', audience: ['client', 'staff'], input: ExtraWish },
  async (means: Means, wish, actor): Promise<PricedExtra> => {
    const service = await findService(means.db, actor, { id: wish.service_id, right: 'order.price_extra' })
    const [product] = await loadProducts(means.db, service.brand_id, [wish.product_id])
    if (!product) throw NotFound({ what: 'product', id: wish.product_id })
    return pricedExtra(means, means.db, { service, product, wish })
  },
)

/** The same for a service and an add-on that are at hand. */
export async function pricedExtra(
  means: Pick<Means, 'business'>,
  queries: Queries,
  { service, product, wish }: { service: ServiceRow; product: Product; wish: ExtraWish },
): Promise<PricedExtra> {
  const { brand_id: brandId, client_id: clientId, zone, currency } = service
  const today = means.business.today(zone)
  const firstTerm = await firstTerms(means, queries, [product], { brandId, clientId, zone, today })
  const cycle = wish.cycle ?? cycleFor(product, service, today)
  const whole = { ...wish, cycle }
  const parents = await runningParents(queries, [whole], { clientId })
  const terms = { currency, day: today, coupon: null, firstTerm, parents }
  const { items } = priceItems([whole], new Map([[product.id, product]]), terms)
  return { service, product, item: items[0]! }
}

function cycleFor(product: Product, { cycle, currency }: ServiceRow, today: IsoDate): string {
  const sold = pricesOn(product, currency, today).map((price) => price.cycle)
  return sold.includes(cycle) ? cycle : (sold[0] ?? cycle)
}
