import * as billing from '../../core/billing/index.ts'
import { setPrice } from '../../core/catalog/index.ts'
import { list, sql } from '../../core/db/index.ts'
import { addDays, type Actor, type IsoDate } from '../../core/kernel/index.ts'
import { cancelOrder, placeOrder } from '../../core/orders/index.ts'
import * as services from '../../core/services/index.ts'
import type { Dice } from './dice.ts'
import type { House } from './house.ts'
import { amountOf, staff, type Goods, type GoodsOption, type Shop, type World } from './world.ts'

/** Where an act takes place: one client of one shop, on one day. */
export interface Scene {
  house: House
  dice: Dice
  world: World
  shop: Shop
  client: Shop['clients'][number]
  buyer: Actor
  today: IsoDate
}

/** How often a client or the staff for it think of it, per day. */
interface Act {
  share: number
  does(scene: Scene): Promise<unknown>
}

const URLS = { return_url: 'http://shop.example/back', cancel_url: 'http://shop.example/no' }

/** Everything that people do. What is refused is refused; the books must be right whatever they try. */
export const ACTS: Readonly<Record<string, Act>> = {
  order: { share: 0.012, does: order },
  pay: { share: 0.25, does: pay },
  pay_part: { share: 0.01, does: payPart },
  charge_now: { share: 0.01, does: chargeNow },
  use_credit: {
    share: 0.01,
    does: (scene) =>
      onInvoice(scene, ['issued'], (invoice_id) =>
        billing.useCredit(scene.house.means, { invoice_id }, scene.buyer),
      ),
  },
  deposit: { share: 0.003, does: deposit },
  change: { share: 0.008, does: change },
  drop_change: { share: 0.002, does: dropChange },
  cancel: { share: 0.003, does: cancel },
  keep: {
    share: 0.004,
    does: (scene) =>
      onService(scene, ['ending'], (service_id) =>
        services.undoCancellation(scene.house.means, { service_id }, scene.buyer),
      ),
  },
  hold: {
    share: 0.001,
    does: (scene) =>
      onService(scene, ['active'], (service_id) =>
        services.suspendService(scene.house.means, { service_id, reason: 'staff' }, staff),
      ),
  },
  release: { share: 0.02, does: release },
  void: {
    share: 0.001,
    does: (scene) =>
      onInvoice(scene, ['issued'], (invoice_id) =>
        billing.voidInvoice(scene.house.means, { invoice_id, reason: 'By mistake' }, staff),
      ),
  },
  credit: { share: 0.003, does: credit },
  write_off: {
    share: 0.001,
    does: (scene) =>
      onInvoice(scene, ['issued'], (invoice_id) =>
        billing.writeOffInvoice(scene.house.means, { invoice_id, reason: 'Given up' }, staff),
      ),
  },
  collect: {
    share: 0.0005,
    does: (scene) =>
      onInvoice(scene, ['issued'], (invoice_id) =>
        billing.sendToCollections(scene.house.means, { invoice_id, reason: 'Late' }, staff),
      ),
  },
  refund: { share: 0.003, does: refund },
  manual: { share: 0.002, does: manual },
  drop_order: { share: 0.001, does: dropOrder },
  dispute: { share: 0.0007, does: dispute },
  new_price: { share: 0.001, does: newPrice },
}

async function order(scene: Scene): Promise<void> {
  const { house, dice, shop, client, today } = scene
  const goods = dice.pick(shop.goods)
  const items = Array.from({ length: dice.chance(0.2) ? 2 : 1 }, () => wish(dice, goods))
  const wanted = {
    ...{ brand_id: shop.brandId, client_id: client.id, currency: shop.currency, items },
    ...{
      once_key: `order ${client.id} ${today} ${dice.whole(0, 9)}`,
      terms: { version: '1', accepted: true },
    },
    ...(dice.chance(0.3) ? { coupon_code: dice.pick(shop.coupons) } : {}),
  }
  await placeOrder(house.orders, wanted, scene.buyer)
  // The form is sent twice now and then; the second time answers the order that exists.
  if (dice.chance(0.2)) await placeOrder(house.orders, wanted, scene.buyer)
}

const wish = (dice: Dice, goods: Goods) => ({
  product_id: goods.id,
  cycle: dice.pick(goods.cycles),
  quantity: dice.chance(0.2) ? dice.whole(2, 3) : 1,
  options: Object.fromEntries(goods.options.map(({ key, values }) => [key, dice.pick(values)])),
})

async function pay(scene: Scene): Promise<void> {
  const { house, dice, world, client } = scene
  if (!client.methodless && dice.chance(0.8)) return
  await onInvoice(scene, ['issued'], async (invoice_id) => {
    const input = { invoice_id, instance_id: world.gatewayId, save_method: dice.chance(0.2), ...URLS }
    const { effect_key } = await billing.startPayment(house.means, input, scene.buyer)
    house.outside.gateway.finish(effect_key, dice.chance(0.9) ? 'pay' : 'give_up')
    // Two pages may have been open.
    if (!dice.chance(0.1)) return
    const again = await billing.startPayment(house.means, input, scene.buyer)
    house.outside.gateway.finish(again.effect_key, 'pay')
  })
}

/** By bank, seen by staff: a part, the whole, or too much. */
function payPart(scene: Scene): Promise<unknown> {
  const { house, dice, today } = scene
  return onInvoice(scene, ['issued', 'written_off'], async (invoice_id, total) => {
    const amount = (total * BigInt(dice.whole(1, 15))) / 10n
    if (amount <= 0n) return
    const reference = `bank ${today} ${dice.whole(0, 1e9)}`
    await billing.recordPayment(house.means, { invoice_id, amount_minor: String(amount), reference }, staff)
  })
}

function chargeNow(scene: Scene): Promise<unknown> {
  return onInvoice(scene, ['issued'], (invoice_id) =>
    billing.chargeMethod(scene.house.means, { invoice_id, once: scene.today }, scene.buyer),
  )
}

async function deposit({ house, dice, world, client, buyer }: Scene): Promise<void> {
  const input = {
    client_id: client.id,
    instance_id: world.gatewayId,
    amount_minor: String(dice.whole(1, 20_000)),
    ...URLS,
  }
  const { effect_key } = await billing.startDeposit(house.means, input, buyer)
  house.outside.gateway.finish(effect_key, 'pay')
}

function change(scene: Scene): Promise<unknown> {
  const { house, dice, shop } = scene
  return onService(scene, ['active'], async (service_id, { product_id, cycle }) => {
    const present = shop.goods.find(({ id }) => id === product_id)!
    const goods = dice.chance(0.5) ? dice.pick(shop.goods) : present
    const wanted = {
      service_id,
      product_id: goods.id,
      ...(dice.chance(0.3) ? { cycle: dice.pick(goods.cycles) } : { cycle }),
      options: dice.chance(0.6) ? goods.options.map((option) => choice(dice, option)) : [],
    }
    await services.previewChange(house.means, wanted, scene.buyer)
    await services.requestChange(house.means, wanted, scene.buyer)
  })
}

function choice(dice: Dice, { id, kind, values }: GoodsOption) {
  const value = dice.pick(values)
  return kind === 'number' ? { option_id: id, quantity: Number(value) } : { option_id: id, value }
}

async function dropChange({ house, client, buyer }: Scene): Promise<void> {
  const row = await house.means.db.get<{ id: string }>(
    sql`select id from service_changes where client_id = ${client.id} and status = 'pending' order by id limit 1`,
  )
  if (row) await services.cancelChange(house.means, { change_id: row.id }, buyer)
}

function cancel(scene: Scene): Promise<unknown> {
  return onService(scene, ['pending', 'active', 'ending'], (service_id) =>
    services.cancelService(
      scene.house.means,
      { service_id, at: scene.dice.chance(0.3) ? 'now' : 'end', reason: 'not_needed' },
      scene.buyer,
    ),
  )
}

/** Staff let go what staff hold. */
async function release({ house, client }: Scene): Promise<void> {
  const row = await house.means.db.get<{ id: string }>(sql`
    select s.id from services s join service_holds h on h.service_id = s.id
    where s.client_id = ${client.id} and h.reason = 'staff' order by s.id limit 1`)
  if (row) await services.releaseService(house.means, { service_id: row.id, reason: 'staff' }, staff)
}

function credit(scene: Scene): Promise<unknown> {
  const { house, dice } = scene
  return onInvoice(scene, ['issued', 'paid'], async (invoice_id) => {
    const lines = await house.means.db.all<{ position: number; amount_minor: bigint }>(
      sql`select position, amount_minor from invoice_lines where invoice_id = ${invoice_id} order by position`,
    )
    const line = dice.pick(lines)
    const part = (line.amount_minor * BigInt(dice.whole(1, 10))) / 10n
    const wished =
      part === 0n ? { position: line.position } : { position: line.position, amount_minor: String(part) }
    const input = { invoice_id, reason: 'Goodwill', ...(dice.chance(0.5) ? { lines: [wished] } : {}) }
    await billing.creditInvoice(house.means, input, staff)
  })
}

async function refund({ house, dice, client, today }: Scene): Promise<void> {
  const rows = await house.means.db.all<{ id: string; received_minor: bigint }>(
    sql`select id, received_minor from payments where client_id = ${client.id} and status = 'succeeded' order by id`,
  )
  if (rows.length === 0) return
  const { id, received_minor } = dice.pick(rows)
  const amount = (received_minor * BigInt(dice.whole(1, 12))) / 10n
  const input = {
    ...{
      payment_id: id,
      amount_minor: String(amount),
      reason: 'Not what was wanted',
      once: `${today} ${dice.whole(0, 99)}`,
    },
    ...{ destination: dice.pick(['source', 'source', 'credit', 'recorded'] as const) },
    ...(dice.chance(0.4) ? { credit_note: {} } : {}),
  }
  await billing.refundPayment(house.means, input, staff)
}

/** A document with free lines: issued, or thrown away. */
async function manual({ house, dice, client, today }: Scene): Promise<void> {
  const line = () => ({
    ...{
      description: 'Work',
      quantity: dice.whole(1, 3),
      unit_minor: String(dice.whole(1, 5_000)),
      tax_class: 'standard',
    },
  })
  const lines = Array.from({ length: dice.whole(1, 4) }, line)
  const input = { client_id: client.id, due_on: addDays(today, dice.whole(0, 20)), lines }
  const invoice_id = await billing.createDraft(house.means, input, staff)
  if (dice.chance(0.8)) await billing.issueDraft(house.means, { invoice_id }, staff)
  else await billing.discardDraft(house.means, { invoice_id }, staff)
}

async function dropOrder({ house, dice, client }: Scene): Promise<void> {
  const rows = await house.means.db.all<{ id: string }>(
    sql`select id from orders where client_id = ${client.id} order by id desc limit 3`,
  )
  if (rows.length > 0)
    await cancelOrder(
      house.orders,
      { order_id: dice.pick(rows).id, reason: 'Called off', refund: dice.chance(0.5) },
      staff,
    )
}

async function dispute({ house, dice, client }: Scene): Promise<void> {
  const rows = await house.means.db.all<{ effect_key: string }>(sql`
    select effect_key from payments where client_id = ${client.id} and status = 'succeeded' and instance_id is not null order by id`)
  if (rows.length === 0) return
  const { effect_key } = dice.pick(rows)
  house.outside.gateway.dispute(effect_key, 'open')
  house.outside.gateway.dispute(effect_key, dice.pick(['won', 'lost']))
}

async function newPrice({ house, dice, shop, today }: Scene): Promise<void> {
  const goods = dice.pick(shop.goods)
  const amount = amountOf(dice, shop.currency, [1, 4_000])
  const input = { owner_id: goods.id, cycle: dice.pick(goods.cycles), currency: shop.currency, amount }
  await setPrice(house.means, { ...input, valid_from: addDays(today, dice.whole(0, 30)) }, staff)
}

/** One of the client's documents in such a state, by chance. */
async function onInvoice(
  { house, dice, client }: Scene,
  states: readonly string[],
  act: (id: string, totalMinor: bigint) => Promise<unknown>,
): Promise<void> {
  const rows = await house.means.db.all<{ id: string; total_minor: bigint }>(sql`
    select id, total_minor from invoices where client_id = ${client.id} and kind = 'invoice' and status in (${list(states)}) order by id`)
  if (rows.length === 0) return
  const { id, total_minor } = dice.pick(rows)
  await act(id, total_minor)
}

async function onService(
  { house, dice, client }: Scene,
  states: readonly string[],
  act: (id: string, of: { product_id: string; cycle: string }) => Promise<unknown>,
): Promise<void> {
  const rows = await house.means.db.all<{ id: string; product_id: string; cycle: string }>(sql`
    select id, product_id, cycle from services where client_id = ${client.id} and billing_status in (${list(states)}) order by id`)
  if (rows.length > 0) {
    const row = dice.pick(rows)
    await act(row.id, row)
  }
}
