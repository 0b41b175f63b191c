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
