import {
  CouponUnknown,
  findCoupon,
  loadProduct,
  pricesOn,
  QUANTITY_MAX,
  type Coupon,
  type Product,
} from '../../catalog/index.ts'
import { NotFound } from '../../kernel/index.ts'
import { firstTerms, priceItems, type PricedItem } from '../../orders/index.ts'
import type { Ctx } from '../context.ts'
import { requireBrand } from '../page/index.ts'
import { priceView, type PriceView } from './price-text.ts'
import { fieldName, fieldsOf, readChosen, type Chosen } from './selection.ts'
import { findGroup, shopGroups } from './shop-groups.ts'

/** A product with what the visitor has chosen, priced. */
export interface Configured extends Chosen {
  product: Product
  view: PriceView
  priced: PricedItem
  coupon: { code: string; problem: string | null }
  /** Form field → reason. */
  errors: Record<string, string>
}

/** The product of an address, if the shop shows it: hidden, retired and another brand's are all not found. */
export async function findProduct(ctx: Ctx, slug: string): Promise<Product> {
  const { deps, client } = ctx.state
  const product = await loadProduct(deps.db, requireBrand(ctx).id, slug, { clientId: client?.id })
  const place = product && findGroup(await shopGroups(ctx), ({ id }) => id === product.groupId)
  if (!product || !place || product.status !== 'active') throw NotFound({ what: 'product', id: slug })
  return product
}

/** Prices the choice of the address or the form. Pure but for the coupon, which is looked up. */
export async function configure(ctx: Ctx, product: Product): Promise<Configured> {
  const view = priceView(ctx)
  const fields = fieldsOf(ctx)
  const first = pricesOn(product, view.currency, view.day)[0]
  const chosen = readChosen(product, fields, first?.cycle ?? '1m')
  const code = (fields.coupon ?? '').trim()
  const coupon = code === '' ? null : await wantedCoupon(ctx, code)
  const brand = requireBrand(ctx)
  const clientId = ctx.state.client?.id ?? null
  const shop = { brandId: brand.id, clientId, zone: brand.zone, today: view.day }
  const firstTerm = await firstTerms(ctx.state.deps, ctx.state.deps.db, [product], shop)
  const terms = { ...view, firstTerm, coupon: coupon && 'id' in coupon ? coupon : null }
  const { quantity = 1 } = chosen.wish
  const inRange = quantity >= 1 && quantity <= QUANTITY_MAX
  const wish = { ...chosen.wish, quantity: inRange ? quantity : 1 }
  const priced = priceItems([wish], new Map([[product.id, product]]), terms)
  const item = priced.items[0]!
  const range = inRange ? {} : { qty: `must be a whole number from 1 to ${QUANTITY_MAX}` }
  const named = Object.entries(item.errors).map(([name, reason]) => [fieldName(name), reason])
  const problem = coupon && 'problem' in coupon ? coupon.problem : priced.couponProblem
  return {
    ...{ ...chosen, product, view, priced: item, coupon: { code, problem } },
    errors: { ...Object.fromEntries(named), ...range },
  }
}

async function wantedCoupon(ctx: Ctx, code: string): Promise<Coupon | { problem: string }> {
  const coupon = await findCoupon(ctx.state.deps.db, requireBrand(ctx).id, code)
  return coupon ?? { problem: CouponUnknown({ code }).message }
}
