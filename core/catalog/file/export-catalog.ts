import { stringify } from 'yaml'
import { sql, type Queries } from '../../db/index.ts'
import type { IsoDate } from '../../kernel/index.ts'
import { defineVerb, type Means } from '../../records/index.ts'
import { pricesInForce } from '../copy-product.ts'
import type { Coupon } from '../coupon.ts'
import { listCoupons } from '../find-coupon.ts'
import { exactly, Id } from '../inputs.ts'
import { listGroups, type GroupNode } from '../list-groups.ts'
import { listProducts } from '../load-product.ts'
import type { Option, OrderField, Price, Product, Trial } from '../product.ts'
import { kinds } from '../kinds.ts'
import { reachBrand } from '../reach.ts'
import type { Scheme } from '../schemes.ts'
import { loadOffers, offersOut } from './export-offers.ts'
import { loadListPrices } from './list-prices.ts'
import { decimal, said, type Out } from './said.ts'
import { wordOf } from './values.ts'

/** The catalogue of a brand as a file: everything on sale at the prices of today. Importing it changes nothing. */
export const exportCatalog = defineVerb(
  { permission: 'catalog.export', audience: ['staff'], input: exactly({ brand_id: Id }) },
  async (means: Means, input, actor): Promise<string> => {
    const brand = await reachBrand(means.db, actor, input.brand_id)
    const groups = await listGroups(means.db, brand.id, { hidden: true })
    const products = await listProducts(means.db, brand.id)
    const offers = await loadOffers(means.db, brand.id)
    const facts: Facts = {
      products,
      slugs: new Map(products.map((product) => [product.id, product.slug])),
      lists: new Map(offers.lists.map(({ id, name }) => [id, name])),
      listPrices: await loadListPrices(means.db, brand.id),
      groups: new Map(allNodes(groups).map((group) => [group.id, group.slug])),
      today: means.business.today(brand.zone),
      ...(await namesOf(means.db)),
    }
    const coupons = (await listCoupons(means.db, brand.id)).filter((coupon) => coupon.status === 'active')
    const sold = products.filter(({ status }) => status !== 'retired')
    const { before, after } = offersOut(offers, new Map(sold.map(({ id, slug }) => [id, slug])))
    const file = {
      berth_catalog: 1,
      ...before,
      groups: groups.map((group) => groupOut(group, facts)),
      ...(coupons.length > 0 ? { coupons: coupons.map((coupon) => couponOut(coupon, facts)) } : {}),
      ...after,
    }
    return stringify(file, { lineWidth: 110 })
  },
)

interface Facts {
  products: readonly Product[]
  slugs: ReadonlyMap<string, string>
  groups: ReadonlyMap<string, string>
  /** Names of price lists by id. */
  lists: ReadonlyMap<string, string>
  /** By owner, then by list. */
  listPrices: ReadonlyMap<string, ReadonlyMap<string, readonly Price[]>>
  today: IsoDate
  instances: ReadonlyMap<string, string>
  serverGroups: ReadonlyMap<string, string>
}

const allNodes = (groups: readonly GroupNode[]): GroupNode[] =>
  groups.flatMap((group) => [group, ...allNodes(group.groups)])

async function namesOf(queries: Queries): Promise<Pick<Facts, 'instances' | 'serverGroups'>> {
  const rows = await queries.all<{ id: string; name: string; of: string }>(sql`
    select id, name, 'instance' as of from plugin_instances
    union all select id, name, 'server_group' as of from server_groups`)
  const named = (of: string) =>
    new Map(rows.flatMap((row) => (row.of === of ? [[row.id, row.name] as const] : [])))
  return { instances: named('instance'), serverGroups: named('server_group') }
}
function groupOut(group: GroupNode, facts: Facts): Out {
  const { slug, name, headline, description, layout, hidden } = group
  const products = facts.products.filter(
    (product) => product.groupId === group.id && product.status !== 'retired',
  )
  return said({
    slug,
    name,
    headline,
    description,
    layout,
    hidden: hidden || null,
    products: products.map((product) => productOut(product, facts)),
    groups: group.groups.map((inner) => groupOut(inner, facts)),
  })
}

function productOut(product: Product, facts: Facts): Out {
  const addons = product.addons.filter((addon) => addon.status !== 'retired')
  const fields = product.fields.filter((field) => !field.retiredAt).map(fieldOut)
  const out = said({
    slug: product.slug,
    name: product.name,
    kind: product.kind,
    status: product.status === 'active' ? null : product.status,
    summary: product.summary,
    description: product.description,
    features: product.features,
    featured: product.featured || null,
    tax_class: product.taxClass,
    stock: product.stock,
    delivery_on: product.deliveryOn,
    plugin: product.instanceId && facts.instances.get(product.instanceId),
    server_group: product.serverGroupId && facts.serverGroups.get(product.serverGroupId),
    settings: product.moduleSettings,
    grace_days: product.graceDays,
    terminate_days: product.terminateDays,
    periods: product.periodsMax,
    trial: product.trial && trialOut(product.trial),
    ...allPrices(product, facts),
    options: product.options.filter((option) => !option.retiredAt).map((option) => optionOut(option, facts)),
    fields,
    addons: addons.map((addon) => addon.slug),
  })
  // An empty list says that not even the question of its kind is asked.
  return fields.length === 0 && kinds[product.kind].asks !== null ? { ...out, fields } : out
}

const trialOut = ({ days, then, prices }: Trial): Out =>
  said({
    ...{ days, then: then === 'convert' ? null : then },
    prices: Object.fromEntries(
      Object.entries(prices).map(([currency, minor]) => [currency, decimal(minor, currency)]),
    ),
  })

/** The default prices, and those of price lists. */
function allPrices({ id, prices }: { id: string; prices: readonly Price[] }, facts: Facts): Out {
  const own = [...(facts.listPrices.get(id) ?? [])].map(
    ([list, of]) => [facts.lists.get(list)!, pricesOut(of, facts)] as const,
  )
  const named = own.toSorted(([a], [b]) => (a < b ? -1 : 1))
  return { prices: pricesOut(prices, facts), list_prices: said(Object.fromEntries(named)) }
}

function pricesOut(prices: readonly Price[], facts: Facts): Out {
  const out: Record<string, Out> = {}
  for (const price of pricesInForce(prices, facts.today)) {
    const { currency, amountMinor, setupMinor } = price
    const amount = decimal(amountMinor, currency)
    const plain = setupMinor === 0n ? amount : { amount, setup: decimal(setupMinor, currency) }
    const sums = price.scheme ? schemeOut(price.scheme, price) : plain
    ;(out[wordOf(price.cycle)] ??= {})[currency] = sums
  }
  return out
}

/** Steps as they are read back; what says nothing is left out. */
function schemeOut(scheme: Scheme, { currency, setupMinor }: Price): Out {
  const sum = (minor: bigint) => (minor === 0n ? null : decimal(minor, currency))
  return said({
    scheme: scheme.kind,
    included: scheme.included || null,
    minimum: sum(scheme.minimumMinor),
    size: scheme.kind === 'package' ? scheme.size : null,
    tiers: scheme.tiers.map(({ upTo, unitMinor, flatMinor }) =>
      said({ up_to: upTo, unit: sum(unitMinor), flat: sum(flatMinor) }),
    ),
    setup: sum(setupMinor),
  })
}

function optionOut(option: Option, facts: Facts): Out {
  const { key, name, kind, hint, unit, required, minimum, maximum, step, preset, setting } = option
  const values = option.values.filter((value) => !value.retiredAt)
  return said({
    ...{ key, name, kind, hint, unit, required: required || null },
    ...{ minimum, maximum, step, preset, setting },
    changeable: option.changeable ? null : false,
    conditions: option.conditions,
    ...allPrices(option, facts),
    values: values.map((value) =>
      said({
        ...{ key: value.key, label: value.label, module_value: value.moduleValue },
        server_group: value.serverGroupId && facts.serverGroups.get(value.serverGroupId),
        conditions: value.conditions,
        ...allPrices(value, facts),
      }),
    ),
  })
}

function fieldOut(field: OrderField): Out {
  const { key, label, kind, hint, choices, pattern, required, setting } = field
  return said({ key, label, kind, hint, choices, pattern, required: required || null, setting })
}

function couponOut(coupon: Coupon, facts: Facts): Out {
  const { code, kind, percentPpm, currency, amountMinor, minimumMinor, minimumCurrency } = coupon
  const form = kind === 'percent' || kind === 'fixed' ? {} : { form: kind }
  const sum = amountMinor === null ? {} : { amount: decimal(amountMinor, currency!), currency }
  const share = percentPpm === null || kind === 'free' ? {} : { percent: percentPpm / 10_000 }
  const worth = { ...form, ...sum, ...share }
  const slugs = (ids: readonly string[]) => ids.flatMap((id) => facts.slugs.get(id) ?? [])
  const limits = said({
    products: slugs(coupon.productIds),
    groups: coupon.groupIds.flatMap((id) => facts.groups.get(id) ?? []),
    required_products: slugs(coupon.requiredProductIds),
    only_currencies: coupon.onlyCurrencies,
    buyers: coupon.buyers === 'anyone' ? null : coupon.buyers,
    minimum: minimumMinor === null ? null : decimal(minimumMinor, minimumCurrency!),
    minimum_currency: minimumCurrency,
    stackable: coupon.stackable || null,
    automatic: coupon.automatic || null,
    only_cycles: coupon.onlyCycles.map(wordOf),
    starts_on: coupon.startsOn,
    ends_on: coupon.endsOn,
    uses_max: coupon.usesMax,
    uses_per_client: coupon.usesPerClient,
  })
  return { code, ...worth, cycles: coupon.cycles, ...limits }
}
