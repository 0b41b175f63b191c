import * as billing from '../../core/billing/index.ts'
import { setPrice } from '../../core/catalog/index.ts'
import { sql } from '../../core/db/index.ts'
import { addDays, BerthError } from '../../core/kernel/index.ts'
import { cancelOrder, placeOrder } from '../../core/orders/index.ts'
import * as services from '../../core/services/index.ts'
import { clientActor } from '../support/make.ts'
import type { Dice } from './dice.ts'
import { onInvoice, onService, type Act, type Scene } from './scene.ts'
import { STAFF_ACTS } from './staff-acts.ts'
import { amountOf, staff, type Goods, type GoodsOption } from './world.ts'

const URLS = { return_url: 'http://shop.example/back', cancel_url: 'http://shop.example/no' }

/** Everything that people do. What is refused is refused; the books must be right whatever they try. */
export const ACTS: Readonly<Record<string, Act>> = {
  order: { share: 0.012, does: order },
  add_on: { share: 0.01, does: addOn },
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
  debit_returned: { share: 0.0005, does: debitReturned },
  new_price: { share: 0.001, does: newPrice },
  redeem: { share: 0.01, does: redeem },
  top_up: { share: 0.001, does: topUp },
  take_instalments: {
    share: 0.01,
    does: (scene) =>
      onInvoice(scene, ['issued'], (invoice_id) =>
        billing.takeInstalments(scene.house.means, { invoice_id }, scene.buyer),
      ),
  },
  last_coupon: { share: 0.001, does: lastCoupon },
  ...STAFF_ACTS,
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

/** Several take the same coupon in the same moment, one of them in two windows. */
async function lastCoupon({ house, dice, shop, client, today }: Scene): Promise<void> {
  const coupon_code = dice.pick(shop.coupons)
  const others = dice.shuffled(shop.clients).slice(0, 2)
  const goods = dice.pick(shop.goods)
  await atOnce(
    [client, client, ...others].map(({ id }, n) => () => {
      const terms = { version: '1', accepted: true as const }
      const of = { brand_id: shop.brandId, client_id: id, currency: shop.currency, coupon_code, terms }
      const order = { ...of, items: [wish(dice, goods)], once_key: `race ${id} ${today} ${n}` }
      return placeOrder(house.orders, order, clientActor(id, { brandId: shop.brandId }))
    }),
  )
}

/** A card is used by two at once, wholly or in part. */
async function redeem({ house, dice, shop, client }: Scene): Promise<void> {
  if (shop.codes.length === 0) return
  const code = dice.pick(shop.codes)
  const one = () => {
    const of = { client_id: client.id, code }
    const wanted = dice.chance(0.5) ? of : { ...of, amount_minor: String(dice.whole(1, 3_000)) }
    return billing.redeemGiftCard(house.means, wanted, clientActor(client.id, { brandId: shop.brandId }))
  }
  await atOnce(dice.chance(0.3) ? [one, one] : [one])
}

/** All begin before one ends, and each ends before the story goes on. */
async function atOnce(acts: readonly (() => Promise<unknown>)[]): Promise<void> {
  const ends = await Promise.allSettled(acts.map((act) => act()))
  const failed = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as Error] : []))
  const worst = failed.find((error) => !(error instanceof BerthError)) ?? failed[0]
  if (worst) throw worst
}

async function topUp({ house, dice, client, buyer }: Scene): Promise<void> {
  if (dice.chance(0.3)) return billing.stopTopUp(house.means, { client_id: client.id }, buyer)
  const [threshold_minor, amount_minor] = [dice.whole(1, 500), dice.whole(500, 5_000)].map(String)
  const top = { client_id: client.id, threshold_minor: threshold_minor!, amount_minor: amount_minor! }
  await billing.setTopUp(house.means, top, buyer)
}

function wish(dice: Dice, goods: Goods) {
  const { id: product_id, addon } = goods
  const cycle = dice.pick(goods.cycles)
  const own = {
    product_id,
    cycle,
    quantity: dice.chance(0.2) ? dice.whole(2, 3) : 1,
    options: answers(dice, goods),
  }
  if (!addon?.cycles.includes(cycle) || dice.chance(0.6)) return own
  return { ...own, addons: [{ product_id: addon.id, options: answers(dice, addon) }] }
}

const answers = (dice: Dice, { options }: Goods) =>
  Object.fromEntries(options.map(({ key, values }) => [key, dice.pick(values)]))

/** Beside a service that runs: its first period is as short as what is left of the service's. */
function addOn(scene: Scene): Promise<unknown> {
  const { house, dice, shop, client, buyer, today } = scene
  return onService(scene, ['active'], async (service_id, { product_id, cycle }) => {
    const addon = shop.goods.find(({ id }) => id === product_id)?.addon
    if (!addon) return
    const item = { product_id: addon.id, cycle, service_id, options: answers(dice, addon) }
    const terms = { version: '1', accepted: true as const }
    const of = { brand_id: shop.brandId, client_id: client.id, currency: shop.currency, terms }
    await placeOrder(house.orders, { ...of, items: [item], once_key: `add ${service_id} ${today}` }, buyer)
  })
}

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

async function dispute(scene: Scene): Promise<void> {
  const { gateway } = scene.house.outside
  const effect_key = await paidAtGateway(scene)
  if (effect_key === null) return
  gateway.dispute(effect_key, 'open')
  gateway.dispute(effect_key, scene.dice.pick(['won', 'lost']))
}

/** Weeks after it was paid the bank takes it back, without asking, and says so twice. */
async function debitReturned(scene: Scene): Promise<void> {
  const effect_key = await paidAtGateway(scene)
  if (effect_key === null) return
  for (let n = 0; n < 2; n++) scene.house.outside.gateway.dispute(effect_key, 'lost')
}

async function paidAtGateway({ house, dice, client }: Scene): Promise<string | null> {
  const rows = await house.means.db.all<{ effect_key: string }>(sql`
    select effect_key from payments where client_id = ${client.id} and status = 'succeeded' and instance_id is not null order by id`)
  return rows.length === 0 ? null : dice.pick(rows).effect_key
}

async function newPrice({ house, dice, shop, today }: Scene): Promise<void> {
  const goods = dice.pick(shop.goods)
  const amount = amountOf(dice, shop.currency, [1, 4_000])
  const input = { owner_id: goods.id, cycle: dice.pick(goods.cycles), currency: shop.currency, amount }
  await setPrice(house.means, { ...input, valid_from: addDays(today, dice.whole(0, 30)) }, staff)
}
