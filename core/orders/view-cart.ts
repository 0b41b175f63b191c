import {
  loadProducts,
  readDeals,
  suggestedBy,
  type CouponProblem,
  type Gift,
  type Product,
  type Suggested,
  type Sums,
} from '../catalog/index.ts'
import type { DraftLine } from '../billing/index.ts'
import { sql, type Queries } from '../db/index.ts'
import { NotFound, type IsoDate } from '../kernel/index.ts'
import type { Means } from '../records/index.ts'
import { askForms } from './ask-form.ts'
import { cartItems, codesOf, type CartItem, type CartRow } from './cart.ts'
import type { ItemWish } from './items.ts'
import {
  discountsOf,
  NOTHING,
  partsOf,
  priceItems,
  total,
  unitsWanted,
  type OrderDiscount,
  type PricedItem,
} from './price-items.ts'
import { couponBuyer, wantedCoupons } from './wanted-coupons.ts'
import { firstTerms } from './first-lines.ts'

export type CartNotice =
  | { kind: 'price_changed'; itemId: string; seenMinor: bigint; nowMinor: bigint }
  | { kind: 'sold_out'; itemId: string; product: string; left: number }
  | { kind: 'not_sold'; itemId: string }

export interface CartItemView extends PricedItem {
  id: string
}

export interface CartView {
  /** Null: nothing was put in yet. */
  id: string | null
  currency: string
  couponCodes: string[]
  couponProblem: CouponProblem | null
  /** What is taken off the first period, and why. */
  discounts: OrderDiscount[]
  /** What the products in it give. */
  gifts: readonly Gift[]
  items: CartItemView[]
  /** Fees and discounts of plugins. */
  added: readonly DraftLine[]
  /** They could not be asked: an order will ask them again, and may fail. */
  addedFailed: boolean
  notices: CartNotice[]
  /** Due now, before tax. */
  first: Sums
  /** What follows, by billing cycle, before tax. */
  renewals: { cycle: string; sums: Sums }[]
  /** Whether checkout would take it as it is. */
  orderable: boolean
}

export interface ShopFacts {
  currency: string
  currencies: readonly string[]
  zone: string
  today: IsoDate
  /** JSON: bundles and gifts in force */
  deals: string
}

export async function shopFacts(means: Means, queries: Queries, brandId: string): Promise<ShopFacts> {
  const row = await queries.get<{ currency: string; currencies: string; zone: string; deals: string }>(
    sql`select currency, currencies, zone, deals from brands where id = ${brandId} and status = 'active'`,
  )
  if (!row) throw NotFound({ what: 'brand', id: brandId })
  const currencies = JSON.parse(row.currencies) as string[]
  return { ...row, currencies, today: means.business.today(row.zone) }
}

export function emptyCart(currency: string): CartView {
  return {
    id: null,
    currency,
    couponCodes: [],
    couponProblem: null,
    discounts: [],
    gifts: [],
    items: [],
    added: [],
    addedFailed: false,
    notices: [],
    first: NOTHING,
    renewals: [],
    orderable: false,
  }
}

/** The cart with prices of now, without what plugins add. Its items are read unless they are at hand. */
export async function viewCart(
  means: Means,
  queries: Queries,
  cart: CartRow,
  held?: readonly CartItem[],
): Promise<CartView> {
  const items = held ?? (await cartItems(queries, cart.id))
  const wishes = items.map((item) => item.wish)
  const products = await productsOf(queries, cart.brand_id, wishes, cart.client_id)
  const coupons = await wantedCoupons(queries, cart.brand_id, codesOf(cart))
  const buyer = await couponBuyer(queries, cart.user_id === null ? null : { userId: cart.user_id }, coupons)
  const deals = readDeals(cart.deals)
  const today = means.business.today(cart.zone)
  const firstTerm = await firstTerms(means, queries, [...products.values()], {
    ...{ brandId: cart.brand_id, clientId: cart.client_id, zone: cart.zone, today },
  })
  const forms = await askForms(means, queries, wishes, { brandId: cart.brand_id, clientId: cart.client_id })
  const terms = { currency: cart.currency, day: today, coupons, buyer, deals, firstTerm, forms }
  const priced = priceItems(wishes, products, terms)
  const views = priced.items.map((item, i) => ({ ...item, id: items[i]!.id }))
  const notices = [...views.flatMap((view, i) => changeOf(view, items[i]!.seenMinor)), ...shortages(views)]
  const [unknown] = coupons.unknown.map(noSuchCoupon)
  const couponProblem = unknown ?? priced.couponProblem
  const sound = views.every((view) => Object.keys(view.errors).length === 0)
  return {
    id: cart.id,
    currency: cart.currency,
    couponCodes: codesOf(cart),
    couponProblem,
    discounts: discountsOf(views),
    gifts: deals.gifts.filter(({ giverId }) => partsOf(views).some(({ product }) => product.id === giverId)),
    items: views,
    added: [],
    addedFailed: false,
    notices,
    first: priced.first,
    renewals: renewalsOf(views),
    orderable: views.length > 0 && sound && notices.length === 0 && couponProblem === null,
  }
}

/** What the wishes name, at the prices of the buyer. */
export async function productsOf(
  queries: Queries,
  brandId: string,
  wishes: readonly ItemWish[],
  buyerId: string | null,
): Promise<Map<string, Product>> {
  const ids = [...new Set(wishes.map((wish) => wish.product_id))]
  const products = ids.length > 0 ? await loadProducts(queries, brandId, ids, { clientId: buyerId }) : []
  return new Map(products.map((product) => [product.id, product]))
}

export interface CartSuggestion extends Suggested {
  /** Share that it is cheaper by, because something in the cart gives it; 1,000,000 is free. */
  givenPpm: number | null
}

/** What goes well with the cart, and what it gives that is not in it yet: one statement. */
export async function cartSuggestions(
  queries: Queries,
  { items, gifts }: CartView,
): Promise<CartSuggestion[]> {
  if (items.length === 0) return []
  const ids = [...new Set(partsOf(items).map(({ product }) => product.id))]
  const found = await suggestedBy(
    queries,
    ids,
    gifts.map(({ givenId }) => givenId),
  )
  return found.map((one) => ({
    ...one,
    givenPpm: gifts.find(({ givenId }) => givenId === one.id)?.percentPpm ?? null,
  }))
}

const noSuchCoupon = (code: string): CouponProblem => ({
  ...{ code, field: 'code', value: '' },
  reason: `There is no coupon "${code}".`,
})

function changeOf(view: CartItemView, seenMinor: bigint): CartNotice[] {
  if (view.errors.product) return [{ kind: 'not_sold', itemId: view.id }]
  const nowMinor = view.listedMinor
  return nowMinor === seenMinor ? [] : [{ kind: 'price_changed', itemId: view.id, seenMinor, nowMinor }]
}

function shortages(views: readonly CartItemView[]): CartNotice[] {
  const short = [...unitsWanted(views).values()].filter(
    ({ product, units }) => product.stock !== null && product.stock < units,
  )
  return short.flatMap(({ product }) =>
    views
      .filter((view) => view.units.flat().some((part) => part.product.id === product.id))
      .map((view) => ({
        kind: 'sold_out' as const,
        itemId: view.id,
        product: product.name,
        left: product.stock ?? 0,
      })),
  )
}

function renewalsOf(views: readonly CartItemView[]): { cycle: string; sums: Sums }[] {
  const byCycle = Map.groupBy(
    views.filter((view) => view.renewal !== null),
    (view) => view.wish.cycle,
  )
  return [...byCycle].map(([cycle, items]) => ({
    cycle,
    sums: total(items.flatMap((item) => item.renewal ?? [])),
  }))
}
