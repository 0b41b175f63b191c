import { Type, type Static } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { forUpdate, sql, type Trx } from '../db/index.ts'
import { paysLater } from '../billing/index.ts'
import { recordEvent } from '../events/index.ts'
import { invalidInput, type Actor } from '../kernel/index.ts'
import { defineVerb, demandCheck, findRow, type Asking, type Means } from '../records/index.ts'
import { CouponUnknown, findCoupon, redeemCoupon, reserveStock, type Coupon } from '../catalog/index.ts'
import { cartItems, findCart, type CartItem, type CartRow } from './cart.ts'
import { CartEmpty, CouponRefused, CurrencyFixed, OutOfStock, PricesChanged, TrialUsed } from './errors.ts'
import { firstTerms, type Shop } from './first-lines.ts'
import { ITEMS_MAX, ItemWish } from './items.ts'
import { onceOnly } from './once-only.ts'
import { orderLifecycle } from './order-lifecycle.ts'
import { draftLines, planOrder, type PlannedItem } from './plan-order.ts'
import type { IssuedInvoice, OrderDeps } from './ports.ts'
import { priceItems, unitsWanted, type PricedItem, type PricedItems } from './price-items.ts'
import { runningParents } from './running-parents.ts'
import { hashToken, newToken } from './tokens.ts'
import { productsOf, shopFacts } from './view-cart.ts'

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
    /** Gateway instance that the client wants to pay through. */
    instance_id: Type.Optional(Type.String({ maxLength: 64 })),
    terms: Type.Object({
      version: Type.String({ minLength: 1, maxLength: 60 }),
      accepted: Type.Literal(true),
    }),
    /** Country of the address, country of the visitor's network and what else the place of tax may rest on. */
    evidence: Type.Optional(Facts),
    agent: Type.Optional(Type.String({ maxLength: 500 })),
    note: Type.Optional(Type.String({ maxLength: 2_000 })),
  },
  { additionalProperties: false },
)

export interface PlacedOrder {
  id: string
  number: string
  /** Opens the status page without signing in. */
  access_key: string
  invoice_id: string
  service_ids: string[]
  currency: string
  /** Minor units as text, with tax. */
  total_minor: string
}

/**
 * Places an order in one transaction: prices of now, stock, coupon, services, invoice and order exist together or
 * not at all. Submitted again with the same once-only key it answers the order that exists.
 */
export const placeOrder = defineVerb(
  { permission: 'order.place', audience: ['client', 'staff'], input: PlaceOrder },
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

interface ClientFacts {
  id: string
  brand_id: string
  currency: string
  currency_fixed: number
}

interface Placing {
  input: Static<typeof PlaceOrder>
  client: ClientFacts
}

async function place(deps: OrderDeps, trx: Trx, placing: Placing, actor: Actor): Promise<PlacedOrder> {
  const { means } = deps
  const { input, client } = placing
  const basket = await openBasket(deps, trx, placing, actor)
  const shop = await shopFacts(means, trx, input.brand_id)
  if (client.currency_fixed === 1 && client.currency !== basket.currency)
    throw CurrencyFixed({ currency: client.currency })
  const coupon = await wantedCoupon(trx, input.brand_id, basket.couponCode)
  const buyer = { brandId: input.brand_id, clientId: client.id, zone: shop.zone, today: shop.today }
  const priced = await priceBasket(means, trx, { basket, shop: buyer, coupon })
  demandCheck(means, trx, actor, placeAsking(client, basket, priced))
  const orderId = means.newId('ord')
  const held = await takeStock(trx, priced.items)
  const planned = planOrder(priced.items, { ...buyer, coupon, newItemId: () => means.newId('ori') })
  const specs = planned.map((item) => item.spec)
  const services = await deps.createServices(means, trx, specs, actor)
  const serviceIds = services.map((service) => service.id)
  await takeTrials(means, trx, { clientId: client.id, planned, serviceIds })
  const invoice = await deps.issueInvoice(
    means,
    trx,
    {
      brandId: input.brand_id,
      clientId: client.id,
      currency: basket.currency,
      origin: 'order',
      originId: orderId,
      dueOn: shop.today,
      lines: draftLines(planned, serviceIds),
    },
    actor,
  )
  const done = { orderId, basket, priced, coupon, planned, serviceIds, invoice, held }
  return writeOrder(deps, trx, { ...placing, ...done }, actor)
}

/** One trial for a client and product, for ever: the row decides, whoever else orders at the same moment. */
async function takeTrials(
  means: Means,
  trx: Trx,
  of: { clientId: string; planned: readonly PlannedItem[]; serviceIds: readonly string[] },
): Promise<void> {
  for (const [i, { part }] of of.planned.entries()) {
    if (!part.selection.trial) continue
    const taken = await trx.run(sql`
      insert into trial_uses (client_id, product_id, service_id, used_at)
      values (${of.clientId}, ${part.product.id}, ${of.serviceIds[i]!}, ${means.business.now()})
      on conflict (client_id, product_id) do nothing`)
    if (taken === 0) throw TrialUsed({ product: part.product.name })
  }
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
  couponCode: string | null
}

async function openBasket(
  deps: OrderDeps,
  trx: Trx,
  { input, client }: Placing,
  actor: Actor,
): Promise<Basket> {
  const couponCode = input.coupon_code ?? null
  if (input.items) {
    const items = input.items.map((wish) => ({ wish }))
    return { cart: null, items, seen: null, currency: input.currency ?? client.currency, couponCode }
  }
  const { brand_id, cart_token: token } = input
  const ref = token === undefined ? { brand_id } : { brand_id, token }
  const cart = await findCart(deps.means, trx, ref, actor)
  if (!cart) throw CartEmpty({})
  const items = await cartItems(trx, cart.id)
  const seen = items.map((item) => item.seenMinor)
  return { cart, items, seen, currency: cart.currency, couponCode: cart.coupon_code ?? couponCode }
}

async function wantedCoupon(trx: Trx, brandId: string, code: string | null): Promise<Coupon | null> {
  if (code === null) return null
  const coupon = await findCoupon(trx, brandId, code)
  if (!coupon) throw CouponUnknown({ code })
  return coupon
}

/** Prices everything anew and refuses what does not fit, with "items.0.option.memory" naming the place. */
async function priceBasket(
  means: Means,
  trx: Trx,
  of: { basket: Basket; shop: Shop; coupon: Coupon | null },
): Promise<PricedItems> {
  const { basket, shop, coupon } = of
  const wishes = basket.items.map((item) => item.wish)
  if (wishes.length === 0) throw CartEmpty({})
  const products = await productsOf(trx, shop.brandId, wishes, shop.clientId)
  const firstTerm = await firstTerms(means, trx, [...products.values()], shop)
  const parents = await runningParents(trx, wishes, {
    ...{ clientId: shop.clientId ?? '', lock: forUpdate(trx.dialect) },
  })
  const priced = priceItems(wishes, products, {
    ...{ currency: basket.currency, day: shop.today, coupon, firstTerm, parents },
  })
  const problems = priced.items.flatMap((item, i) =>
    Object.entries(item.errors).map(([field, reason]) => [`items.${i}.${field}`, reason] as const),
  )
  if (problems.length > 0) throw invalidInput(Object.fromEntries(problems))
  if (priced.couponProblem) throw CouponRefused({ reason: priced.couponProblem })
  refuseChanges(priced.items, basket.seen)
  return priced
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

/** Products in order of their ids, so that two orders never wait for each other. Answers which products are counted. */
async function takeStock(trx: Trx, items: readonly PricedItem[]): Promise<ReadonlySet<string>> {
  const counted = new Set<string>()
  const wanted = [...unitsWanted(items)].sort(([a], [b]) => (a < b ? -1 : 1))
  for (const [productId, { product, units }] of wanted) {
    const held = await reserveStock(trx, productId, units)
    if (held === null) throw OutOfStock({ product: product.name })
    if (held > 0) counted.add(productId)
  }
  return counted
}

interface Done extends Placing {
  orderId: string
  basket: Basket
  priced: PricedItems
  coupon: Coupon | null
  planned: readonly PlannedItem[]
  serviceIds: string[]
  invoice: IssuedInvoice
  held: ReadonlySet<string>
}

async function writeOrder({ means }: OrderDeps, trx: Trx, done: Done, actor: Actor): Promise<PlacedOrder> {
  const { input, orderId: id, basket, serviceIds, invoice } = done
  const accessKey = newToken()
  const row = { ...orderRow(done, actor, means.business.now()), access_key_hash: hashToken(accessKey) }
  await trx.insert('orders', [row])
  if (done.coupon) await redeemCoupon(means, trx, done.coupon, { orderId: id, clientId: input.client_id })
  await trx.insert('order_items', itemRows(done))
  if (basket.cart) await trx.run(sql`update carts set order_id = ${id} where id = ${basket.cart.id}`)
  const scope = { subject: id, brandId: input.brand_id, clientId: input.client_id }
  await recordAudit(means, trx, actor, [{ ...scope, action: 'order.place', after: row }])
  const body = {
    id,
    number: row.number,
    client_id: input.client_id,
    invoice_id: invoice.id,
    service_ids: serviceIds,
    currency: basket.currency,
    total_minor: String(invoice.totalMinor),
  }
  const owing = { id: input.client_id, brand_id: input.brand_id, currency: basket.currency }
  const on_credit = await paysLater(trx, owing)
  await recordEvent(means, trx, actor, { ...scope, type: 'order.placed', body: { ...body, on_credit } })
  const { client_id: _clientId, ...answer } = body
  return { ...answer, access_key: accessKey }
}

/** The number is the random end of the id: short, and as unique as the id for all practical purposes. */
const NUMBER_LENGTH = 8

function orderRow(done: Done, actor: Actor, now: string) {
  const { input, orderId: id, priced, invoice, coupon } = done
  const { version } = input.terms
  return {
    id,
    brand_id: input.brand_id,
    client_id: input.client_id,
    number: id.slice(-NUMBER_LENGTH).toUpperCase(),
    status: orderLifecycle.initial,
    currency: done.basket.currency,
    subtotal_minor: priced.first.subtotalMinor,
    discount_minor: priced.first.discountMinor,
    tax_minor: invoice.taxMinor,
    total_minor: invoice.totalMinor,
    coupon_id: coupon?.id ?? null,
    coupon_code: coupon?.code ?? null,
    invoice_id: invoice.id,
    instance_id: input.instance_id ?? null,
    placed_by: actor.id,
    address: actor.address ?? '',
    agent: input.agent ?? '',
    evidence: JSON.stringify(input.evidence ?? {}),
    terms: JSON.stringify({ version, accepted_at: now, accepted_by: actor.id }),
    hold_reason: null,
    note: input.note ?? null,
    placed_at: now,
    version: 1,
    created_at: now,
    updated_at: now,
  }
}

function itemRows({ orderId, planned, serviceIds, held }: Done) {
  return planned.map(({ id, parentIndex, part: { product, selection, fields } }, position) => {
    const of = (kind: string) => selection.lines.filter((line) => line.kind === kind)
    const sum = (lines: readonly { amountMinor: bigint }[]) => lines.reduce((a, b) => a + b.amountMinor, 0n)
    const setup = sum(of('setup'))
    const options = selection.choices.map(({ key, label, value, quantity }) => ({
      key,
      label,
      value,
      quantity,
    }))
    const answers = fields.map(({ key, label, value }) => ({ key, label, value }))
    const lines = selection.lines.map((line) => ({
      ...line,
      unitMinor: String(line.unitMinor),
      amountMinor: String(line.amountMinor),
    }))
    return {
      id,
      order_id: orderId,
      parent_id: parentIndex === null ? null : planned[parentIndex]!.id,
      product_id: product.id,
      service_id: serviceIds[position]!,
      name: product.name,
      cycle: selection.cycle,
      quantity: selection.quantity,
      amount_minor: selection.first.subtotalMinor - setup,
      setup_minor: setup,
      discount_minor: selection.first.discountMinor,
      stock_held: held.has(product.id) ? selection.quantity : 0,
      choices: JSON.stringify({ options, fields: answers, lines }),
      position,
    }
  })
}
