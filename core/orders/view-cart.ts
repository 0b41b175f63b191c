import { findCoupon, loadProducts, type Coupon, type Product, type Sums } from '../catalog/index.ts'
import { sql, type Queries } from '../db/index.ts'
import { NotFound, type IsoDate } from '../kernel/index.ts'
import type { Means } from '../records/index.ts'
import { cartItems, type CartItem, type CartRow } from './cart.ts'
import type { ItemWish } from './items.ts'
import { firstTerms } from './first-lines.ts'
import { NOTHING, priceItems, total, unitsWanted, type PricedItem } from './price-items.ts'

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
  couponCode: string | null
  couponProblem: string | null
  items: CartItemView[]
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
}

export async function shopFacts(means: Means, queries: Queries, brandId: string): Promise<ShopFacts> {
  const row = await queries.get<{ currency: string; currencies: string; zone: string }>(
    sql`select currency, currencies, zone from brands where id = ${brandId} and status = 'active'`,
  )
  if (!row) throw NotFound({ what: 'brand', id: brandId })
  const currencies = JSON.parse(row.currencies) as string[]
  return { ...row, currencies, today: means.business.today(row.zone) }
}

export function emptyCart(currency: string): CartView {
  return {
    id: null,
    currency,
    couponCode: null,
    couponProblem: null,
    items: [],
    notices: [],
    first: NOTHING,
    renewals: [],
    orderable: false,
  }
}

/** The cart with prices of now. Its items are read unless they are at hand. */
export async function viewCart(
  means: Means,
  queries: Queries,
  cart: CartRow,
  held?: readonly CartItem[],
): Promise<CartView> {
  const items = held ?? (await cartItems(queries, cart.id))
  const wishes = items.map((item) => item.wish)
  const products = await productsOf(queries, cart.brand_id, wishes, cart.client_id)
  const coupon = await couponOf(queries, cart)
  const today = means.business.today(cart.zone)
  const firstTerm = await firstTerms(means, queries, [...products.values()], {
    ...{ brandId: cart.brand_id, clientId: cart.client_id, zone: cart.zone, today },
  })
  const terms = { currency: cart.currency, day: today, coupon, firstTerm }
  const priced = priceItems(wishes, products, terms)
  const views = priced.items.map((item, i) => ({ ...item, id: items[i]!.id }))
  const notices = [...views.flatMap((view, i) => changeOf(view, items[i]!.seenMinor)), ...shortages(views)]
  const unknown = cart.coupon_code && !coupon ? `There is no coupon "${cart.coupon_code}".` : null
  const couponProblem = unknown ?? priced.couponProblem
  const sound = views.every((view) => Object.keys(view.errors).length === 0)
  return {
    id: cart.id,
    currency: cart.currency,
    couponCode: cart.coupon_code,
    couponProblem,
    items: views,
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

async function couponOf(queries: Queries, cart: CartRow): Promise<Coupon | null> {
  if (cart.coupon_code === null) return null
  return (await findCoupon(queries, cart.brand_id, cart.coupon_code)) ?? null
}

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
