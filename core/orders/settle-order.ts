import { recordAudit } from '../audit/index.ts'
import { paysLater, type DraftLine, type UntaxedPrice } from '../billing/index.ts'
import { redeemCoupon, reservePlaces, reserveStock } from '../catalog/index.ts'
import { sql, type Trx } from '../db/index.ts'
import { ledTo, recordEvent } from '../events/index.ts'
import type { Actor, IsoDate } from '../kernel/index.ts'
import type { Means } from '../records/index.ts'
import { demandUnits } from '../services/index.ts'
import type { CartRow } from './cart.ts'
import { CouponRefused, OutOfStock, TrialUsed } from './errors.ts'
import { confirmOrder, type Confirmed } from './confirm-order.ts'
import { orderLifecycle } from './order-lifecycle.ts'
import { draftLines, planOrder, wantedPlaces, type PlannedItem } from './plan-order.ts'
import type { IssuedInvoice, OrderDeps } from './ports.ts'
import { unitsWanted, type PricedItem, type PricedItems } from './price-items.ts'
import { hashToken, newToken } from './tokens.ts'

export interface ClientFacts {
  id: string
  brand_id: string
  currency: string
  currency_fixed: number
}

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

/** What of an order is said by whoever orders. */
export interface OrderWords {
  brand_id: string
  client_id: string
  instance_id?: string
  terms: { version: string; reason?: string }
  evidence?: Record<string, unknown>
  agent?: string
  note?: string
  /** Whether a mail tells the client what was ordered; only staff can say no. */
  confirm?: boolean
}

export interface Settling {
  input: OrderWords
  client: ClientFacts
  basket: { cart: CartRow | null; currency: string }
  priced: Pick<PricedItems, 'items' | 'first' | 'coupons'>
  /** Lines of the invoice that become no service. Their sum is in `priced.first`. */
  freeLines?: readonly DraftLine[]
  /** What was agreed for whoever owes no tax; absent: as the seller sells today. */
  untaxedPrice?: UntaxedPrice
  shop: { zone: string; today: IsoDate }
}

/** Makes an order of what was priced: stock, services, invoice, coupons and the order itself, or nothing of it. */
export async function settleOrder(
  deps: OrderDeps,
  trx: Trx,
  settling: Settling,
  actor: Actor,
): Promise<PlacedOrder> {
  const { means } = deps
  const { input, client, basket, priced, shop, freeLines = [], untaxedPrice } = settling
  const orderId = means.newId('ord')
  const wanted = [...unitsWanted(priced.items)].map(([productId, { units }]) => ({ productId, units }))
  await demandUnits(trx, { id: client.id, brand_id: input.brand_id }, wanted)
  const held = await takeStock(trx, priced.items)
  const facts = { brandId: input.brand_id, clientId: client.id, zone: shop.zone, today: shop.today }
  const planned = planOrder(priced.items, { ...facts, newItemId: () => means.newId('ori') })
  await reservePlaces(trx, wantedPlaces(planned))
  const specs = planned.map(({ spec }) => ({ ...spec, ...(untaxedPrice ? { untaxedPrice } : {}) }))
  const event = means.newId('evt')
  const services = await ledTo(trx, event, () => deps.createServices(means, trx, specs, actor))
  const serviceIds = services.map((service) => service.id)
  await takeTrials(means, trx, { clientId: client.id, planned, serviceIds })
  const draft = {
    brandId: input.brand_id,
    clientId: client.id,
    currency: basket.currency,
    origin: 'order' as const,
    originId: orderId,
    dueOn: shop.today,
    lines: [...draftLines(planned, serviceIds), ...freeLines].map((line) => ({ ...line, untaxedPrice })),
  }
  const invoice = await ledTo(trx, event, () => deps.issueInvoice(means, trx, draft, actor))
  return writeOrder(deps, trx, { ...settling, orderId, event, planned, serviceIds, invoice, held }, actor)
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

interface Done extends Settling {
  orderId: string
  /** The id of the event that will say so: services and invoice were led to by it. */
  event: string
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
  await redeemCoupons(means, trx, done)
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
  await recordEvent(means, trx, actor, {
    ...{ ...scope, id: done.event },
    type: 'order.placed',
    body: on_credit ? { ...body, on_credit } : body,
  })
  if (input.confirm !== false || actor.kind !== 'staff')
    await confirmOrder(means, trx, confirmed(done, row, on_credit))
  const { client_id: _clientId, ...answer } = body
  return { ...answer, access_key: accessKey }
}

function confirmed(done: Done, { id, number }: { id: string; number: string }, onCredit: boolean): Confirmed {
  const { input, basket, planned, freeLines = [], priced, invoice, shop } = done
  return {
    ...{ id, number, clientId: input.client_id, currency: basket.currency, planned, freeLines },
    discountMinor: priced.first.discountMinor,
    taxMinor: invoice.taxMinor,
    totalMinor: invoice.totalMinor,
    dueOn: onCredit || invoice.totalMinor === 0n ? null : shop.today,
  }
}

/**
 * Coupons in order of their ids, so that two orders never wait for each other. Whoever orders for the first time twice at
 * once is a new client once: the coupon's row is held by now, so the other order shows.
 */
async function redeemCoupons(means: Means, trx: Trx, done: Done): Promise<void> {
  const { orderId, input, basket, priced } = done
  const used = [...priced.coupons].sort((a, b) => (a.coupon.id < b.coupon.id ? -1 : 1))
  for (const { coupon, discountMinor } of used) {
    const use = { orderId, clientId: input.client_id, currency: basket.currency, discountMinor }
    await redeemCoupon(means, trx, coupon, use)
    if (coupon.buyers !== 'new') continue
    const other = await trx.get(sql`
      select id from orders where client_id = ${input.client_id} and id <> ${orderId} and status not in ('cancelled', 'rejected') limit 1`)
    const problem = { code: coupon.code, field: 'buyers', value: 'new' }
    if (other) throw CouponRefused({ ...problem, reason: `The coupon "${coupon.code}" is for new clients.` })
  }
}

/** The number is the random end of the id: short, and as unique as the id for all practical purposes. */
const NUMBER_LENGTH = 8

function orderRow(done: Done, actor: Actor, now: string) {
  const { input, orderId: id, priced, invoice } = done
  const coupons = priced.coupons.map(({ coupon }) => coupon)
  const { version, reason } = input.terms
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
    coupon_id: coupons[0]?.id ?? null,
    coupon_code: coupons.map(({ code }) => code).join(', ') || null,
    invoice_id: invoice.id,
    instance_id: input.instance_id ?? null,
    placed_by: actor.id,
    address: actor.address ?? '',
    agent: input.agent ?? '',
    evidence: JSON.stringify(input.evidence ?? {}),
    terms: JSON.stringify({ version, accepted_at: now, accepted_by: actor.id, reason }),
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
