import * as billing from '../../core/billing/index.ts'
import { changeTaxRule, createTaxRule } from '../../core/brands/index.ts'
import { groupClient } from '../../core/clients/index.ts'
import { sql } from '../../core/db/index.ts'
import { addDays } from '../../core/kernel/index.ts'
import * as services from '../../core/services/index.ts'
import { onInvoice, type Act, type Scene } from './scene.ts'
import { staff } from './world.ts'

/** What staff do beside correcting documents: they give, agree, plan ahead and close. */
export const STAFF_ACTS: Readonly<Record<string, Act>> = {
  gift_card: { share: 0.002, does: giftCard },
  grant: { share: 0.002, does: grant },
  agree_instalments: { share: 0.004, does: agreeInstalments },
  end_instalments: {
    share: 0.001,
    does: (scene) =>
      onInvoice(scene, ['issued'], (invoice_id) =>
        billing.endInstalments(scene.house.means, { invoice_id, reason: 'As agreed' }, staff),
      ),
  },
  item: { share: 0.003, does: item },
  stop_item: { share: 0.001, does: stopItem },
  merge: { share: 0.002, does: merge },
  group: {
    share: 0.002,
    does: ({ house, dice, shop, client }) =>
      groupClient(
        house.means,
        { client_id: client.id, group_id: dice.chance(0.5) ? shop.friendsId : null },
        staff,
      ),
  },
  campaign: { share: 0.002, does: campaign },
  new_tax: { share: 0.0003, does: newTax },
  close_month: { share: 0.003, does: closeMonth },
  refund_in_pages: { share: 0.001, does: refundInPages },
  allot_refund: { share: 0.002, does: allotRefund },
  take_over: { share: 0.0005, does: takeOver },
}

/** In the gateway's own pages, which tell us at once. */
async function refundInPages({ house, dice, world, client }: Scene): Promise<void> {
  const rows = await house.means.db.all<{ effect_key: string }>(sql`
    select p.effect_key from payments p where p.client_id = ${client.id} and p.status = 'succeeded' and p.instance_id is not null
      and not exists (select 1 from refunds r where r.payment_id = p.id)
      and not exists (select 1 from disputes d where d.payment_id = p.id) order by p.id`)
  if (rows.length === 0) return
  const { gateway } = house.outside
  const told = gateway.outbox.length
  gateway.refundInPages(dice.pick(rows).effect_key, dice.pick([1, 0.5, dice.fraction()]))
  for (const event of gateway.outbox.slice(told)) {
    const sent = { headers: {}, body: JSON.stringify(event), address: '192.0.2.1' }
    const verdict = { verdict: 'accepted', verified: true, eventKey: event.id } as const
    await billing.receiveWebhook(house.means, { instanceId: world.gatewayId, ...sent }, verdict)
  }
  await house.workOff()
}

async function allotRefund({ house, dice, client }: Scene): Promise<void> {
  const rows = await house.means.db.all<{ id: string; invoice_id: string; amount_minor: bigint }>(sql`
    select r.id, a.invoice_id, r.amount_minor from refunds r join allocations a on a.payment_id = r.payment_id and a.kind = 'payment'
    where r.client_id = ${client.id} and r.taken_from = 'goodwill' order by r.id, a.id`)
  if (rows.length === 0) return
  const { id, invoice_id, amount_minor } = dice.pick(rows)
  const minor = (amount_minor * BigInt(dice.whole(1, 11))) / 10n
  const way = dice.pick([{}, { credit_note: {} }, { from: 'credit' }])
  const parts = [{ invoice_id, amount_minor: String(minor), ...way }]
  await billing.allotRefund(house.means, { refund_id: id, parts }, staff)
}

/** The card that another system has charged until now: looked at first, then taken, and again, which takes nothing. */
async function takeOver({ house, world, client }: Scene): Promise<void> {
  const customer = house.outside.gateway.bringCustomer(client.id)
  const csv = `client,customer\n${client.id},${customer}\n${client.id},cus_nobody\n`
  const once = (confirm: boolean) =>
    billing.takeOverMethods(house.means, { instance_id: world.gatewayId, csv, confirm }, staff)
  for (const confirm of [false, true, true]) await once(confirm)
  const kept = await house.means.db.all(
    sql`select id from payment_methods where reference = ${`pm_old_${client.id}`} and instance_id = ${world.gatewayId}`,
  )
  if (kept.length !== 1) throw new Error(`${kept.length} methods were taken over of ${customer}`)
}

async function giftCard({ house, dice, shop, today }: Scene): Promise<void> {
  const { code } = await billing.issueGiftCard(
    house.means,
    {
      ...{ brand_id: shop.brandId, currency: shop.currency, amount_minor: String(dice.whole(1, 8_000)) },
      expires_on: addDays(today, dice.pick([5, 100, 400])),
    },
    staff,
  )
  shop.codes.push(code)
}

async function grant({ house, dice, client, today }: Scene): Promise<void> {
  await billing.grantCredit(
    house.means,
    {
      ...{ client_id: client.id, amount_minor: String(dice.whole(1, 3_000)), reason: 'Sorry' },
      ...{ origin: dice.pick(['promotional', 'goodwill'] as const), priority: dice.whole(1, 3) },
      expires_on: dice.chance(0.5) ? addDays(today, dice.whole(0, 60)) : null,
    },
    staff,
  )
}

function agreeInstalments(scene: Scene): Promise<unknown> {
  const { house, dice, today } = scene
  return onInvoice(scene, ['issued'], (invoice_id) => {
    const terms = { parts: dice.whole(2, 6), every: dice.pick(['1w', '2w', '1m'] as const) }
    const fee = dice.chance(0.3) ? { fee_minor: String(dice.whole(1, 300)) } : {}
    const first_on = addDays(today, dice.whole(0, 20))
    return billing.agreeInstalments(house.means, { invoice_id, first_on, ...terms, ...fee }, staff)
  })
}

async function item({ house, dice, client, today }: Scene): Promise<void> {
  const timing = dice.pick(['now', 'next', 'day', 'day'] as const)
  const dated = {
    ...{ on: addDays(today, dice.whole(0, 40)), apart: dice.chance(0.3) },
    ...(dice.chance(0.6) ? { cycle: dice.pick(['14d', '1m']), times: dice.pick([null, 2, 5]) } : {}),
  }
  const line = {
    ...{ description: 'Work', basis: 'hours' as const, tax_class: 'standard' },
    ...{ quantity: dice.pick(['1', '2.5', '0.333']), unit_minor: String(dice.whole(1, 4_000)) },
  }
  const of = { client_id: client.id, name: 'Work', timing, lines: [line] }
  await billing.createBillable(house.means, { ...of, ...(timing === 'day' ? dated : {}) }, staff)
}

async function stopItem({ house, client }: Scene): Promise<void> {
  const row = await house.means.db.get<{ id: string }>(
    sql`select id from billable_items where client_id = ${client.id} and status = 'active' order by id limit 1`,
  )
  if (row) await billing.stopBillable(house.means, { item_id: row.id, reason: 'Over' }, staff)
}

async function merge({ house, client }: Scene): Promise<void> {
  const rows = await house.means.db.all<{ id: string }>(sql`
    select id from invoices where client_id = ${client.id} and kind = 'invoice' and status = 'issued'
      and origin not in ('order', 'change') order by id limit 3`)
  if (rows.length < 2) return
  const invoice_ids = rows.map(({ id }) => id)
  await billing.mergeInvoices(house.means, { invoice_ids, reason: 'On one page' }, staff)
}

/** Running services of a product cost more, or less, from a day on. */
async function campaign({ house, dice, shop, today }: Scene): Promise<void> {
  const goods = dice.pick(shop.goods)
  const campaign_id = await services.createCampaign(
    house.means,
    {
      ...{ brand_id: shop.brandId, name: `Of ${today} ${dice.whole(0, 1e9)}`, product_id: goods.id },
      ...{ percent_ppm: dice.pick([-300_000, 50_000, 333_333]) },
      ...{ starts_on: addDays(today, dice.whole(1, 60)), notice_days: dice.pick([0, 14, 30]) },
    },
    staff,
  )
  await services.scheduleCampaign(house.means, { campaign_id }, staff)
}

/** The law changes a rate from a day on: the old rule ends the day before. */
async function newTax({ house, dice, shop, today }: Scene): Promise<void> {
  const { means } = house
  const rules = await means.db.all<{
    id: string
    country: string
    region: string | null
    tax_class: string
    name: string
    level: number
    compound: number
  }>(sql`
    select id, country, region, tax_class, name, level, compound from tax_rules
    where seller_id = ${shop.sellerId} and ends_on is null order by id`)
  const { id, region, level, compound, ...rule } = dice.pick(rules)
  const starts_on = addDays(today, dice.whole(1, 40))
  await changeTaxRule(means, { tax_rule_id: id, ends_on: addDays(starts_on, -1) }, staff)
  await createTaxRule(
    means,
    {
      ...{ ...rule, seller_id: shop.sellerId, starts_on, rate_ppm: dice.pick([30_000, 160_000, 210_000]) },
      ...{ level, compound: compound === 1, ...(region === null ? {} : { region }) },
    },
    staff,
  )
}

/** The last month, when it is over. */
async function closeMonth({ house, shop, today }: Scene): Promise<void> {
  const month = addDays(today, -Number(today.slice(8))).slice(0, 7)
  await billing.closeMonth(house.means, { brand_id: shop.brandId, month }, staff)
}
