import { Scalar, stringify } from 'yaml'
import { minorDigits, toDecimal } from '../../../sdk/index.ts'
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
import { reachBrand } from '../reach.ts'
import type { Scheme } from '../schemes.ts'
import { wordOf } from './values.ts'

/** The catalogue of a brand as a file: everything on sale at the prices of today. Importing it changes nothing. */
export const exportCatalog = defineVerb(
  { permission: 'catalog.export', audience: ['staff'], input: exactly({ brand_id: Id }) },
  async (means: Means, input, actor): Promise<string> => {
    const brand = await reachBrand(means.db, actor, input.brand_id)
    const groups = await listGroups(means.db, brand.id, { hidden: true })
    const products = await listProducts(means.db, brand.id)
    const facts: Facts = {
      products,
      slugs: new Map(products.map((product) => [product.id, product.slug])),
      today: means.business.today(brand.zone),
      ...(await namesOf(means.db)),
    }
    const coupons = (await listCoupons(means.db, brand.id)).filter((coupon) => coupon.status === 'active')
    const file = {
      berth_catalog: 1,
      groups: groups.map((group) => groupOut(group, facts)),
      ...(coupons.length > 0 ? { coupons: coupons.map((coupon) => couponOut(coupon, facts)) } : {}),
    }
    return stringify(file, { lineWidth: 110 })
  },
)

interface Facts {
  products: readonly Product[]
  slugs: ReadonlyMap<string, string>
  today: IsoDate
  instances: ReadonlyMap<string, string>
  serverGroups: ReadonlyMap<string, string>
}

async function namesOf(queries: Queries): Promise<Pick<Facts, 'instances' | 'serverGroups'>> {
  const instances = await queries.all<{ id: string; name: string }>(
    sql`select id, name from plugin_instances`,
  )
  const serverGroups = await queries.all<{ id: string; name: string }>(
    sql`select id, name from server_groups`,
  )
  return {
    instances: new Map(instances.map((row) => [row.id, row.name])),
    serverGroups: new Map(serverGroups.map((row) => [row.id, row.name])),
  }
}

type Out = Record<string, unknown>

/** What says nothing is left out: null, an empty list, an empty mapping. */
function said(fields: Out): Out {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) =>
        value !== null &&
        value !== undefined &&
        (typeof value !== 'object' || value instanceof Scalar || Object.keys(value).length > 0),
    ),
  )
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
  return said({
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
    prices: pricesOut(product.prices, facts),
    options: product.options.filter((option) => !option.retiredAt).map((option) => optionOut(option, facts)),
    fields: product.fields.filter((field) => !field.retiredAt).map(fieldOut),
    addons: addons.map((addon) => addon.slug),
  })
}

const trialOut = ({ days, then, prices }: Trial): Out =>
  said({
    ...{ days, then: then === 'convert' ? null : then },
    prices: Object.fromEntries(
      Object.entries(prices).map(([currency, minor]) => [currency, decimal(minor, currency)]),
    ),
  })

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

/** A number that keeps the decimals of its currency; text when a YAML number would lose digits. */
function decimal(minor: bigint, currency: string): Scalar | string {
  const text = toDecimal({ minor, currency })
  if (minor > 1_000_000_000_000n) return text
  const scalar = new Scalar(Number(text))
  scalar.minFractionDigits = minorDigits(currency)
  return scalar
}

function optionOut(option: Option, facts: Facts): Out {
  const { key, name, kind, hint, unit, required, minimum, maximum, step, preset, setting } = option
  const values = option.values.filter((value) => !value.retiredAt)
  return said({
    ...{ key, name, kind, hint, unit, required: required || null },
    ...{ minimum, maximum, step, preset, setting },
    changeable: option.changeable ? null : false,
    prices: pricesOut(option.prices, facts),
    values: values.map(({ key: valueKey, label, moduleValue, prices }) =>
      said({ key: valueKey, label, module_value: moduleValue, prices: pricesOut(prices, facts) }),
    ),
  })
}

function fieldOut(field: OrderField): Out {
  const { key, label, kind, hint, choices, pattern, required, setting } = field
  return said({ key, label, kind, hint, choices, pattern, required: required || null, setting })
}

function couponOut(coupon: Coupon, facts: Facts): Out {
  const { code, percentPpm, currency, amountMinor } = coupon
  const worth =
    percentPpm === null
      ? { amount: decimal(amountMinor!, currency!), currency }
      : { percent: percentPpm / 10_000 }
  const limits = said({
    products: coupon.productIds.flatMap((id) => facts.slugs.get(id) ?? []),
    only_cycles: coupon.onlyCycles.map(wordOf),
    starts_on: coupon.startsOn,
    ends_on: coupon.endsOn,
    uses_max: coupon.usesMax,
    uses_per_client: coupon.usesPerClient,
  })
  return { code, ...worth, cycles: coupon.cycles, ...limits }
}
