import {
  createCoupon,
  createGroup,
  createOption,
  createOptionValue,
  createPriceList,
  createProduct,
  linkAddon,
  publishProduct,
  setPrice,
} from '../../core/catalog/index.ts'
import { createClientGroup } from '../../core/clients/index.ts'
import { overrideSetting } from '../../core/billing/index.ts'
import { createTaxRule } from '../../core/brands/index.ts'
import type { Means } from '../../core/records/index.ts'
import { toDecimal } from '../../sdk/index.ts'
import { makeBrand, makeClient, makeSeller, staffActor } from '../support/make.ts'
import type { Dice } from './dice.ts'

export const staff = staffActor()

export interface GoodsOption {
  id: string
  key: string
  kind: 'number' | 'list'
  values: readonly string[]
}

export interface Goods {
  id: string
  cycles: readonly string[]
  options: readonly GoodsOption[]
  /** What is sold beside it. */
  addon: Goods | null
}

export interface Shop {
  brandId: string
  currency: string
  zone: string
  goods: Goods[]
  coupons: string[]
  sellerId: string
  /** Codes of gift cards that are about. */
  codes: string[]
  /** A group of clients with a price list. */
  friendsId: string
  clients: { id: string; methodless: boolean }[]
}

export interface World {
  gatewayId: string
  shops: Shop[]
}

/** One kind of shop: what it sells in, whether its prices hold the tax, by whose days, and where its clients live. */
interface Kind {
  currency: string
  inclusive: boolean
  zone: string
  seller: string
  countries: readonly (readonly [country: string, region: string | null])[]
}

const KINDS: readonly Kind[] = [
  {
    currency: 'EUR',
    inclusive: false,
    zone: 'Europe/Berlin',
    seller: 'DE',
    countries: [
      ['DE', null],
      ['AT', null],
      ['US', null],
    ],
  },
  {
    currency: 'GBP',
    inclusive: true,
    zone: 'Europe/London',
    seller: 'GB',
    countries: [
      ['GB', null],
      ['DE', null],
    ],
  },
  { currency: 'JPY', inclusive: true, zone: 'Asia/Tokyo', seller: 'JP', countries: [['JP', null]] },
  {
    currency: 'KWD',
    inclusive: false,
    zone: 'Australia/Lord_Howe',
    seller: 'AU',
    countries: [
      ['AU', null],
      ['KW', null],
    ],
  },
  {
    currency: 'CAD',
    inclusive: true,
    zone: 'America/St_Johns',
    seller: 'CA',
    countries: [
      ['CA', 'QC'],
      ['CA', 'BC'],
      ['CA', null],
    ],
  },
]

type Rule = [
  country: string,
  region: string | null,
  taxClass: string,
  name: string,
  ratePpm: number,
  level?: 2,
  compound?: boolean,
]
const RULES: readonly Rule[] = [
  ['DE', null, 'standard', 'USt', 190_000],
  ['DE', null, 'reduced', 'USt ermäßigt', 70_000],
  ['AT', null, 'standard', 'USt AT', 200_000],
  ['GB', null, 'standard', 'VAT', 200_000],
  ['JP', null, 'standard', 'JCT', 100_000],
  ['JP', null, 'reduced', 'JCT reduced', 80_000],
  ['AU', null, 'standard', 'GST', 100_000],
  ['CA', null, 'standard', 'GST', 50_000],
  ['CA', 'QC', 'standard', 'QST', 99_750, 2],
  ['CA', 'BC', 'standard', 'PST', 70_000, 2, true],
]

/** Shops with goods, taxes, coupons and settings by chance, a gateway, a panel and clients. */
export async function makeWorld(means: Means, dice: Dice, size: { clients: number }): Promise<World> {
  const gatewayId = await makeInstance(means, 'gateway', {
    gateway: [
      ...['start_payment', 'charge_method', 'look_up', 'refund', 'handle_event', 'remove_method'],
      ...['find_methods', 'fee_report', 'list_payouts', 'balances'],
    ],
  })
  const panel = await makePanel(means)
  const kinds = dice.shuffled(KINDS).slice(0, 2)
  const shops: Shop[] = []
  for (const [n, kind] of kinds.entries()) {
    const clients = Math.ceil((size.clients - n) / kinds.length)
    if (clients > 0)
      shops.push(await makeShop(means, dice.fork(`shop ${n}`), { kind, panel, gatewayId, clients }))
  }
  return { gatewayId, shops }
}

interface Panel {
  instanceId: string
  groupId: string
}

async function makeInstance(
  means: Means,
  id: string,
  kinds: Record<string, readonly string[]>,
): Promise<string> {
  const now = means.business.now()
  const plugin = { id, version: '1.0.0', bundle_sha256: '0', granted: '{}', status: 'enabled' }
  const manifest = JSON.stringify({ name: id, kinds })
  await means.db.insert('plugins', [{ ...plugin, manifest, installed_at: now, updated_at: now }])
  const instance = { id: means.newId('plg'), plugin_id: id, name: id, settings: '{}', status: 'active' }
  await means.db.insert('plugin_instances', [{ ...instance, created_at: now, updated_at: now }])
  return instance.id
}

async function makePanel(means: Means): Promise<Panel> {
  const instanceId = await makeInstance(means, 'panel', {
    provisioner: ['create', 'describe', 'suspend', 'release', 'change', 'terminate'],
  })
  const now = means.business.now()
  const groupId = means.newId('svg')
  const stamps = { created_at: now, updated_at: now }
  await means.db.insert('server_groups', [{ id: groupId, name: 'Servers', fill: 'fill_first', ...stamps }])
  const server = {
    instance_id: instanceId,
    group_id: groupId,
    settings: '{}',
    capacity: 100_000,
    status: 'active',
  }
  await means.db.insert('servers', [{ id: means.newId('srv'), name: 'One', ...server, ...stamps }])
  return { instanceId, groupId }
}

interface Making {
  kind: Kind
  panel: Panel
  gatewayId: string
  clients: number
}

async function makeShop(means: Means, dice: Dice, of: Making): Promise<Shop> {
  const { kind } = of
  const seller = await makeSeller(means, { country: kind.seller })
  const brand = await makeBrand(means, {
    ...{ seller_id: seller.id, currency: kind.currency, currencies: JSON.stringify([kind.currency]) },
    ...{ zone: kind.zone, prices_include_tax: kind.inclusive ? 1 : 0 },
  })
  for (const [country, region, tax_class, name, rate_ppm, level, compound] of RULES)
    await createTaxRule(
      means,
      {
        ...{ seller_id: seller.id, country, tax_class, name, rate_ppm, starts_on: '2020-01-01' },
        ...{ level: level ?? 1, compound: compound ?? false, ...(region ? { region } : {}) },
      },
      staff,
    )
  await chooseSettings(means, dice, { scope_id: brand.id, currency: kind.currency })
  const shop: Shop = {
    brandId: brand.id,
    currency: kind.currency,
    zone: kind.zone,
    sellerId: seller.id,
    goods: [],
    ...{ coupons: [], codes: [] },
    friendsId: await makeFriends(means, dice, brand.id),
    clients: [],
  }
  const groupId = await createGroup(means, { brand_id: brand.id, slug: 'servers', name: 'Servers' }, staff)
  for (let n = 0; n < 3; n++)
    shop.goods.push(await makeGoods(means, dice, { shop, groupId, n, panel: of.panel }))
  const [first, second] = shop.goods as [Goods, Goods]
  await linkAddon(means, { product_id: first.id, addon_id: second.id }, staff)
  first.addon = second
  shop.coupons = await makeCoupons(means, dice, shop)
  for (let n = 0; n < of.clients; n++)
    shop.clients.push(await makeBuyer(means, dice, { shop, kind, gatewayId: of.gatewayId }))
  return shop
}

async function makeFriends(means: Means, dice: Dice, brand_id: string): Promise<string> {
  const discount_ppm = dice.pick([0, 125_000, 333_333])
  const price_list_id = await createPriceList(means, { brand_id, name: 'Friends', discount_ppm }, staff)
  return createClientGroup(means, { brand_id, name: 'Friends', price_list_id }, staff)
}

const CASH_STEPS: Record<string, string> = { JPY: '10', KWD: '0.005' }

async function chooseSettings(
  means: Means,
  dice: Dice,
  { scope_id, currency }: { scope_id: string; currency: string },
): Promise<void> {
  const sums = (minor: bigint) => (minor === 0n ? {} : { [currency]: toDecimal({ minor, currency }) })
  const chosen: [string, unknown][] = [
    ['billing.lead_days', dice.pick([0, 3, 7, 14, 30])],
    ['billing.suspend_after', dice.pick([0, 3, 5])],
    ['billing.terminate_after', dice.pick([10, 30, 60])],
    ['billing.charge_retries', dice.pick([[2, 5], [1], [1, 3, 7]])],
    ['services.invoice_suspended', dice.chance(0.5)],
    ['billing.proforma_first', dice.chance(0.2)],
    ['billing.instalment_grace_days', dice.pick([0, 2, 14])],
    [
      'billing.instalment_offer',
      {
        minimum: sums(dice.pick([0n, 100n, 1_000n])),
        parts: 3,
        every: '1m',
        fee_percent: dice.pick(['0', '1.5']),
        tax_class: 'standard',
      },
    ],
    [
      'billing.late_fee',
      {
        kind: dice.pick(['none', 'fixed', 'percent'] as const),
        ...{ amount: sums(dice.pick([100n, 250n, 1n])), percent: dice.pick(['1', '7.25']) },
        ...{ minimum: sums(dice.pick([0n, 50n])), maximum: sums(dice.pick([0n, 500n])) },
        ...{ grace_days: dice.pick([1, 4, 14]), every_days: dice.pick([0, 7]), times: dice.whole(1, 3) },
        tax_class: dice.pick(['none', 'standard']),
      },
    ],
    ['billing.invoice_minimum', sums(dice.pick([0n, 0n, 200n]))],
    ['billing.cash_rounding', dice.chance(0.3) ? [{ currency, step: CASH_STEPS[currency] ?? '0.05' }] : []],
  ]
  for (const [key, value] of chosen)
    await overrideSetting(means, { key, scope: 'brand', scope_id, value }, staff)
}

/** "12.34", within bounds in minor units of the currency. */
export function amountOf(dice: Dice, currency: string, [low, high]: readonly [number, number]): string {
  return toDecimal({ minor: BigInt(dice.whole(low, high)), currency })
}

async function makeGoods(
  means: Means,
  dice: Dice,
  { shop, groupId, n, panel }: { shop: Shop; groupId: string; n: number; panel: Panel },
): Promise<Goods> {
  const { currency } = shop
  const id = await createProduct(
    means,
    {
      ...{ group_id: groupId, slug: `plan-${n}`, name: `Plan ${n}`, kind: 'game_server' },
      ...{ tax_class: dice.chance(0.25) ? 'reduced' : 'standard' },
      ...{ instance_id: panel.instanceId, server_group_id: panel.groupId },
      ...(dice.chance(0.2) ? { grace_days: 2, terminate_days: 20 } : {}),
    },
    staff,
  )
  const cycles = ['1m', ...dice.shuffled(['7d', '14d', '3m', '6m', '1y', 'once']).slice(0, 3)]
  const price = (owner_id: string, cycle: string, bounds: readonly [number, number], setup = false) =>
    setPrice(
      means,
      {
        ...{ owner_id, cycle, currency, amount: amountOf(dice, currency, bounds) },
        ...(setup ? { setup: amountOf(dice, currency, [0, 900]) } : {}),
      },
      staff,
    )
  for (const cycle of cycles) await price(id, cycle, [1, 4_000], dice.chance(0.4))
  const memory = await createOption(
    means,
    {
      product_id: id,
      key: 'memory',
      name: 'Memory',
      kind: 'number',
      minimum: 1,
      maximum: 8,
      preset: '1',
      setting: 'memory',
    },
    staff,
  )
  const place = await createOption(
    means,
    { product_id: id, key: 'place', name: 'Place', kind: 'list' },
    staff,
  )
  const values: string[] = []
  for (const key of ['near', 'far']) {
    values.push(key)
    const value = await createOptionValue(means, { option_id: place, key, label: key }, staff)
    if (key === 'far') for (const cycle of cycles) await price(value, cycle, [0, 500])
  }
  for (const cycle of cycles) await price(memory, cycle, [1, 300])
  await publishProduct(means, { id }, staff)
  return {
    id,
    cycles,
    addon: null,
    options: [
      { id: memory, key: 'memory', kind: 'number', values: ['1', '2', '3', '5', '8'] },
      { id: place, key: 'place', kind: 'list', values },
    ],
  }
}

async function makeCoupons(means: Means, dice: Dice, { brandId, currency }: Shop): Promise<string[]> {
  const common = { brand_id: brandId }
  const coupons = [
    { code: 'ONCE', percent: `${dice.whole(1, 100)}`, uses_max: dice.whole(1, 5) },
    { code: 'THREE', percent: `${dice.whole(1, 99)}.${dice.whole(0, 9)}`, cycles: 3, uses_per_client: 1 },
    { code: 'EVER', currency, amount: amountOf(dice, currency, [1, 3_000]), cycles: null },
  ]
  for (const coupon of coupons) await createCoupon(means, { ...common, ...coupon }, staff)
  return coupons.map(({ code }) => code)
}

async function makeBuyer(
  means: Means,
  dice: Dice,
  { shop, kind, gatewayId }: { shop: Shop; kind: Kind; gatewayId: string },
): Promise<Shop['clients'][number]> {
  const [country, region] = dice.pick(kind.countries)
  const methodless = dice.chance(0.4)
  const { id } = await makeClient(means, {
    ...{ brand_id: shop.brandId, currency: shop.currency, country, region, auto_charge: methodless ? 0 : 1 },
    ...{ tax_exempt: dice.chance(0.1) ? 1 : 0, separate_invoices: dice.chance(0.2) ? 1 : 0 },
  })
  if (!methodless) await saveMethod(means, { clientId: id, gatewayId })
  return { id, methodless }
}

async function saveMethod(
  means: Means,
  { clientId, gatewayId }: { clientId: string; gatewayId: string },
): Promise<void> {
  const now = means.business.now()
  const method = {
    client_id: clientId,
    instance_id: gatewayId,
    reference: `pm_${clientId}`,
    kind: 'card',
    label: 'Card',
  }
  const stamps = { consent_at: now, created_at: now, updated_at: now }
  await means.db.insert('payment_methods', [{ id: means.newId('mth'), ...method, preferred: 1, ...stamps }])
}
