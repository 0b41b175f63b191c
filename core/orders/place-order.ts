import { Type, type Static } from '../../sdk/index.ts'
import { forUpdate, type Trx } from '../db/index.ts'
import { invalidInput, type Actor, type BerthError } from '../kernel/index.ts'
import { defineVerb, demandCheck, findRow, type Asking, type Means } from '../records/index.ts'
import { CouponUnknown, CouponUsedUp, readDeals, type CouponProblem } from '../catalog/index.ts'
import { askForms, requireForms } from './ask-form.ts'
import { cartItems, codesOf, findCart, type CartItem, type CartRow } from './cart.ts'
import { demandTerms, TermsWish } from './demand-terms.ts'
import { CartEmpty, CouponRefused, CurrencyFixed, PricesChanged } from './errors.ts'
import { firstTerms } from './first-lines.ts'
import { ITEMS_MAX, ItemWish } from './items.ts'
import { onceOnly } from './once-only.ts'
import type { OrderDeps } from './ports.ts'
import { priceItems, type PricedItem, type PricedItems } from './price-items.ts'
import { runningParents } from './running-parents.ts'
import { demandAdded, refuseOtherSum, withLines } from './shape-prices.ts'
import { settleOrder, type ClientFacts, type PlacedOrder } from './settle-order.ts'
import { productsOf, shopFacts, type ShopFacts } from './view-cart.ts'
import { couponBuyer, wantedCoupons } from './wanted-coupons.ts'

const Facts = Type.Record(Type.String({ maxLength: 60 }), Type.Unknown())

export const PlaceOrder = Type.Object(
  {
    brand_id: Type.String({ maxLength: 64 }),
    client_id: Type.String({ maxLength: 64 }),
    /** Made when the form is drawn: two submits of one form place one order. */
    once_key: Type.String({ minLength: 8, maxLength: 100 }),
    /** Token of the visitor's cart; the user's own cart needs none. */
    cart_token: Type.Optional(Type.String({ maxLength: 100 })),
    /** Instead of a cart, for staff and the API. */
    items: Type.Optional(Type.Array(ItemWish, { minItems: 1, maxItems: ITEMS_MAX })),
    currency: Type.Optional(Type.String({ pattern: '^[A-Z]{3}$' })),
    coupon_code: Type.Optional(Type.String({ maxLength: 40 })),
    /** Several that stack. */
    coupon_codes: Type.Optional(Type.Array(Type.String({ maxLength: 40 }), { maxItems: 10 })),
    /** What plugins added to the cart that the buyer saw, in minor units. */
    seen_added_minor: Type.Optional(Type.String({ pattern: '^-?\\d{1,18}$' })),
    /** Gateway instance that the client wants to pay through. */
    instance_id: Type.Optional(Type.String({ maxLength: 64 })),
    terms: TermsWish,
    /** Country of the address, country of the visitor's network and what else the place of tax may rest on. */
    evidence: Type.Optional(Facts),
    agent: Type.Optional(Type.String({ maxLength: 500 })),
    note: Type.Optional(Type.String({ maxLength: 2_000 })),
    /** Staff may leave out the mail that tells the client what was ordered. */
    confirm: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
)

/**
 * Places an order in one transaction: prices of now, stock, coupon, services, invoice and order exist together or
 * not at all. Submitted again with the same once-only key it answers the order that exists.
 */
export const placeOrder = defineVerb(
  {
    permission: 'order.place',
    asks: ['order.place:check'],
    audience: ['client', 'staff'],
    input: PlaceOrder,
  },
  (deps: OrderDeps, input, actor): Promise<PlacedOrder> =>
    deps.means.db.transaction(async (trx) => {
      const client = await findRow<ClientFacts>(trx, actor, {
        table: 'clients',
        what: 'client',
        id: input.client_id,
        scope: { client: 'id', right: 'order.place' },
      })
      if (client.brand_id !== input.brand_id) throw invalidInput({ client_id: 'belongs to another brand' })
      const once = { scope: `order.place:${client.id}`, key: input.once_key, request: input }
      const { answer } = await onceOnly(deps.means, trx, once, () =>
        place(deps, trx, { input, client }, actor),
      )
      return answer
    }),
)

interface Placing {
  input: Static<typeof PlaceOrder>
  client: ClientFacts
}

async function place(deps: OrderDeps, trx: Trx, placing: Placing, actor: Actor): Promise<PlacedOrder> {
  const { means } = deps
  const { input, client } = placing
  await demandTerms(trx, { brandId: input.brand_id, terms: input.terms }, actor)
  const basket = await openBasket(deps, trx, placing, actor)
  const shop = await shopFacts(means, trx, input.brand_id)
  if (client.currency_fixed === 1 && client.currency !== basket.currency)
    throw CurrencyFixed({ currency: client.currency })
  const priced = await priceBasket(means, trx, { client, basket, shop })
  demandCheck(means, trx, actor, placeAsking(client, basket, priced))
  const freeLines = demandAdded(means, trx, {
    ...{ subject: basket.cart?.id ?? client.id, brandId: client.brand_id, clientId: client.id },
    ...{ currency: basket.currency, items: priced.items },
  })
  refuseOtherSum(freeLines, input.seen_added_minor)
  const summed = { ...priced, first: withLines(priced.first, freeLines) }
  return settleOrder(deps, trx, { ...placing, basket, priced: summed, freeLines, shop }, actor)
}

/** The order has no id yet: the cart stands for it, or else its client. */
function placeAsking(client: ClientFacts, { cart, currency }: Basket, priced: PricedItems): Asking {
  const row = { id: cart?.id ?? client.id, version: 0, brand_id: client.brand_id, client_id: client.id }
  const items = priced.items.map(({ product, first }) => ({
    product_id: product?.id ?? null,
    net_minor: String(first.subtotalMinor),
  }))
  return { noun: 'order', transition: 'place', from: 'cart', to: 'placed', row, facts: { currency, items } }
}

interface Basket {
  cart: CartRow | null
  items: readonly Pick<CartItem, 'wish'>[]
  /** What the visitor was shown, by item; absent for orders without a cart. */
  seen: readonly bigint[] | null
  currency: string
  couponCodes: readonly string[]
}

async function openBasket(
  deps: OrderDeps,
  trx: Trx,
  { input, client }: Placing,
  actor: Actor,
): Promise<Basket> {
  const asked = [...(input.coupon_codes ?? []), ...(input.coupon_code ? [input.coupon_code] : [])]
  if (input.items) {
    const items = input.items.map((wish) => ({ wish }))
    return { cart: null, items, seen: null, currency: input.currency ?? client.currency, couponCodes: asked }
  }
  const { brand_id, cart_token: token } = input
  const ref = token === undefined ? { brand_id } : { brand_id, token }
  const cart = await findCart(deps.means, trx, ref, actor)
  if (!cart) throw CartEmpty({})
  const items = await cartItems(trx, cart.id)
  const seen = items.map((item) => item.seenMinor)
  const held = codesOf(cart)
  return { cart, items, seen, currency: cart.currency, couponCodes: held.length > 0 ? held : asked }
}

/** Prices everything anew and refuses what does not fit, with "items.0.option.memory" naming the place. */
async function priceBasket(
  means: Means,
  trx: Trx,
  { client, basket, shop }: { client: ClientFacts; basket: Basket; shop: ShopFacts },
): Promise<PricedItems> {
  const wishes = basket.items.map((item) => item.wish)
  if (wishes.length === 0) throw CartEmpty({})
  const of = { brandId: client.brand_id, clientId: client.id, zone: shop.zone, today: shop.today }
  const products = await productsOf(trx, of.brandId, wishes, of.clientId)
  const coupons = await wantedCoupons(trx, of.brandId, basket.couponCodes)
  const [unknown] = coupons.unknown
  if (unknown !== undefined) throw CouponUnknown({ code: unknown })
  const buyer = await couponBuyer(trx, { clientId: client.id }, coupons)
  const firstTerm = await firstTerms(means, trx, [...products.values()], of)
  const parents = await runningParents(trx, wishes, { clientId: of.clientId, lock: forUpdate(trx.dialect) })
  const forms = requireForms(await askForms(means, trx, wishes, of))
  const priced = priceItems(wishes, products, {
    ...{ currency: basket.currency, day: shop.today, coupons, buyer, deals: readDeals(shop.deals) },
    ...{ firstTerm, parents, forms },
  })
  const problems = priced.items.flatMap((item, i) =>
    Object.entries(item.errors).map(([field, reason]) => [`items.${i}.${field}`, reason] as const),
  )
  if (problems.length > 0) throw invalidInput(Object.fromEntries(problems))
  if (priced.couponProblem) throw couponRefusal(priced.couponProblem)
  refuseChanges(priced.items, basket.seen)
  return priced
}

/** A coupon at its limit is refused alike, whether the limit was met before the order or at its very end. */
function couponRefusal(problem: CouponProblem): BerthError {
  const { code, field } = problem
  return field === 'uses_max' || field === 'uses_per_client'
    ? CouponUsedUp({ code, field })
    : CouponRefused(problem)
}

function refuseChanges(items: readonly PricedItem[], seen: readonly bigint[] | null): void {
  if (!seen) return
  const changes = items.flatMap((item, i) =>
    item.listedMinor === seen[i]
      ? []
      : [
          {
            item: item.product?.name ?? '',
            seen_minor: String(seen[i]),
            now_minor: String(item.listedMinor),
          },
        ],
  )
  if (changes.length > 0) throw PricesChanged({ changes })
}
