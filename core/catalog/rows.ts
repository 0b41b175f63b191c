import { parseDecimal, timesPpm } from '../../sdk/index.ts'
import type { Cycle, Instant, IsoDate } from '../kernel/index.ts'
import type { ConditionedOption } from './condition-problems.ts'
import type { Coupon } from './coupon.ts'
import type {
  Condition,
  DeliveryMoment,
  FieldKind,
  Group,
  GroupLayout,
  Option,
  OptionKind,
  OptionValue,
  OrderField,
  Price,
  Product,
  ProductKind,
  ProductStatus,
  Trial,
  TrialEnd,
} from './product.ts'
import { mapScheme, readScheme } from './schemes.ts'

/** The rows of the tables as they are stored, and how they become records: the only place that knows both spellings. */

export interface GroupRow {
  id: string
  brand_id: string
  parent_id: string | null
  slug: string
  name: string
  headline: string | null
  description: string | null
  layout: string
  position: number
  hidden: number
  retired_at: Instant | null
  version: number
}

export interface ProductRow {
  id: string
  brand_id: string
  group_id: string
  slug: string
  kind: string
  name: string
  summary: string | null
  description: string | null
  features: string
  status: string
  position: number
  featured: number
  tax_class: string
  stock: number | null
  delivery_on: string
  instance_id: string | null
  server_group_id: string | null
  module_settings: string
  grace_days: number | null
  terminate_days: number | null
  periods_max: number | null
  trial_days: number | null
  trial_prices: string
  trial_then: string
  version: number
}

export interface OptionRow {
  id: string
  product_id: string
  option_key: string
  name: string
  hint: string | null
  kind: string
  unit: string | null
  required: number
  minimum: number | null
  maximum: number | null
  step: number | null
  preset: string | null
  setting: string | null
  changeable: number
  /** JSON */
  conditions: string
  position: number
  retired_at: Instant | null
  version: number
}

/** With the value that a service has chosen, where it was asked for. */
export interface ChosenOptionRow extends OptionRow {
  chosen: string | null
}

export interface ValueRow {
  id: string
  option_id: string
  value_key: string
  label: string
  module_value: string | null
  server_group_id: string | null
  /** JSON */
  conditions: string
  position: number
  retired_at: Instant | null
  version: number
}

export interface FieldRow {
  id: string
  product_id: string
  field_key: string
  label: string
  hint: string | null
  kind: string
  choices: string
  pattern: string | null
  required: number
  setting: string | null
  position: number
  retired_at: Instant | null
  version: number
}

export interface PriceRow {
  id: string
  owner_id: string
  cycle: string
  currency: string
  amount_minor: bigint
  setup_minor: bigint
  valid_from: string
  list_id: string | null
  scheme: string | null
  /** Of the list that is asked for; null without one. */
  discount_ppm?: number | null
}

export interface CouponRow {
  id: string
  brand_id: string
  code: string
  kind: string
  percent_ppm: number | null
  currency: string | null
  amount_minor: bigint | null
  product_ids: string
  group_ids: string
  only_cycles: string
  only_currencies: string
  required_product_ids: string
  buyers: string
  minimum_minor: bigint | null
  minimum_currency: string | null
  stackable: number
  automatic: number
  cycles: number | null
  starts_on: string | null
  ends_on: string | null
  uses_max: number | null
  uses_per_client: number | null
  uses: number
  status: string
  version: number
}

export function toGroup(row: GroupRow): Group {
  return {
    id: row.id,
    brandId: row.brand_id,
    parentId: row.parent_id,
    slug: row.slug,
    name: row.name,
    headline: row.headline,
    description: row.description,
    layout: row.layout as GroupLayout,
    position: row.position,
    hidden: row.hidden === 1,
    retiredAt: row.retired_at,
    version: row.version,
  }
}

export type ProductParts = Pick<Product, 'prices' | 'options' | 'fields' | 'addons'>

export function toProduct(row: ProductRow, parts: ProductParts): Product {
  return {
    id: row.id,
    brandId: row.brand_id,
    groupId: row.group_id,
    slug: row.slug,
    kind: row.kind as ProductKind,
    name: row.name,
    summary: row.summary,
    description: row.description,
    features: JSON.parse(row.features) as string[],
    status: row.status as ProductStatus,
    position: row.position,
    featured: row.featured === 1,
    taxClass: row.tax_class,
    stock: row.stock,
    deliveryOn: row.delivery_on as DeliveryMoment,
    instanceId: row.instance_id,
    serverGroupId: row.server_group_id,
    moduleSettings: JSON.parse(row.module_settings) as Record<string, unknown>,
    graceDays: row.grace_days,
    terminateDays: row.terminate_days,
    periodsMax: row.periods_max,
    trial: trialOf(row),
    version: row.version,
    ...parts,
  }
}

function trialOf({ trial_days: days, trial_prices, trial_then }: ProductRow): Trial | null {
  if (days === null) return null
  const decimals = Object.entries(JSON.parse(trial_prices) as Record<string, string>)
  const prices = decimals.map(([currency, text]) => [currency, parseDecimal(text, currency).minor])
  return { days, then: trial_then as TrialEnd, prices: Object.fromEntries(prices) as Trial['prices'] }
}

export function toOption(
  row: ChosenOptionRow,
  parts: { values: readonly OptionValue[]; prices: readonly Price[] },
): Option {
  return {
    id: row.id,
    productId: row.product_id,
    key: row.option_key,
    name: row.name,
    hint: row.hint,
    kind: row.kind as OptionKind,
    unit: row.unit,
    required: row.required === 1,
    minimum: row.minimum,
    maximum: row.maximum,
    step: row.step,
    preset: row.preset,
    setting: row.setting,
    changeable: row.changeable === 1,
    conditions: conditionsOf(row),
    position: row.position,
    retiredAt: row.retired_at,
    version: row.version,
    chosen: row.chosen,
    ...parts,
  }
}

export function toValue(row: ValueRow, { prices, free }: Pick<OptionValue, 'prices' | 'free'>): OptionValue {
  return {
    id: row.id,
    key: row.value_key,
    label: row.label,
    moduleValue: row.module_value,
    serverGroupId: row.server_group_id,
    free,
    conditions: conditionsOf(row),
    position: row.position,
    retiredAt: row.retired_at,
    version: row.version,
    prices,
  }
}

export const conditionsOf = ({ conditions }: { conditions: string }): readonly Condition[] =>
  JSON.parse(conditions) as Condition[]

export const storedValue = (row: ValueRow) => ({
  ...{ key: row.value_key, retiredAt: row.retired_at, conditions: conditionsOf(row) },
})

/** As conditions are judged, without prices. */
export const storedConditions = (row: OptionRow, values: readonly ValueRow[]): ConditionedOption => ({
  ...{ key: row.option_key, kind: row.kind as OptionKind, retiredAt: row.retired_at },
  ...{ minimum: row.minimum, maximum: row.maximum, step: row.step, conditions: conditionsOf(row) },
  values: values.map(storedValue),
})

export function toField(row: FieldRow): OrderField {
  return {
    id: row.id,
    productId: row.product_id,
    key: row.field_key,
    label: row.label,
    hint: row.hint,
    kind: row.kind as FieldKind,
    choices: JSON.parse(row.choices) as string[],
    pattern: row.pattern,
    required: row.required === 1,
    setting: row.setting,
    position: row.position,
    retiredAt: row.retired_at,
    version: row.version,
  }
}

export function toPrice(row: PriceRow): Price {
  return {
    id: row.id,
    ownerId: row.owner_id,
    cycle: row.cycle as Cycle,
    currency: row.currency,
    amountMinor: lowered(row.amount_minor, row),
    setupMinor: lowered(row.setup_minor, row),
    validFrom: row.valid_from as IsoDate,
    ...(row.scheme === null
      ? {}
      : { scheme: mapScheme(readScheme(row.scheme), (minor) => lowered(minor, row)) }),
    ...(row.list_id === null ? {} : { listId: row.list_id }),
    ...(isLowered(row) ? { discountPpm: row.discount_ppm } : {}),
  }
}

/** A list lowers default prices; its own are as they are. */
const isLowered = (row: PriceRow): row is PriceRow & { discount_ppm: number } =>
  row.list_id === null && row.discount_ppm != null && row.discount_ppm > 0

const lowered = (minor: bigint, row: PriceRow): bigint =>
  isLowered(row) ? timesPpm(minor, 1_000_000 - row.discount_ppm) : minor

export function toCoupon(row: CouponRow): Coupon {
  return {
    id: row.id,
    brandId: row.brand_id,
    code: row.code,
    kind: row.kind as Coupon['kind'],
    percentPpm: row.percent_ppm,
    currency: row.currency,
    amountMinor: row.amount_minor,
    productIds: JSON.parse(row.product_ids) as string[],
    groupIds: JSON.parse(row.group_ids) as string[],
    onlyCycles: JSON.parse(row.only_cycles) as Cycle[],
    onlyCurrencies: JSON.parse(row.only_currencies) as string[],
    requiredProductIds: JSON.parse(row.required_product_ids) as string[],
    buyers: row.buyers as Coupon['buyers'],
    minimumMinor: row.minimum_minor,
    minimumCurrency: row.minimum_currency,
    stackable: row.stackable === 1,
    automatic: row.automatic === 1,
    cycles: row.cycles,
    startsOn: row.starts_on as IsoDate | null,
    endsOn: row.ends_on as IsoDate | null,
    usesMax: row.uses_max,
    usesPerClient: row.uses_per_client,
    uses: row.uses,
    status: row.status as Coupon['status'],
    version: row.version,
  }
}
