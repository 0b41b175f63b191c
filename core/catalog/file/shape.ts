import type { CouponBuyers } from '../coupon.ts'
import type { Bundle } from '../deals.ts'
import type { DiscountKind } from '../discount.ts'
import type { DeliveryMoment, FieldKind, GroupLayout, OptionKind, ProductKind } from '../product.ts'
import type { RoundingRule } from '../rounding.ts'
import type { Scheme } from '../schemes.ts'
import type { ProductTerms } from '../set-terms.ts'
import type { FileCondition } from './read-conditions.ts'
import type { Entry } from './reader.ts'

/** A catalogue file that was read. Undefined: the file does not say; null: it says "none". */
type Maybe<T> = T | null | undefined

export interface CatalogFile {
  price_lists: FilePriceList[]
  price_rules: FilePriceRule[]
  groups: FileGroup[]
  coupons: FileCoupon[]
  bundles: FileBundle[]
  gifts: FileGift[]
  retireMissing: boolean
}

export interface FileGroup {
  entry: Entry
  slug: string
  name: string
  headline: Maybe<string>
  description: Maybe<string>
  layout: GroupLayout | undefined
  hidden: boolean | undefined
  groups: FileGroup[]
  products: FileProduct[]
}

/** Names another product by its slug. */
export interface FileLink {
  entry: Entry
  slug: string
}

export interface FileProduct {
  entry: Entry
  slug: string
  name: string
  kind: ProductKind
  status: 'draft' | 'active' | 'hidden' | undefined
  summary: Maybe<string>
  description: Maybe<string>
  features: string[] | undefined
  featured: boolean | undefined
  tax_class: string | undefined
  stock: Maybe<number>
  delivery_on: DeliveryMoment | undefined
  /** Id of a plugin, or name of one of its instances. */
  plugin: Maybe<string>
  server_group: Maybe<string>
  module_settings: Record<string, unknown> | undefined
  grace_days: Maybe<number>
  terminate_days: Maybe<number>
  /** How long it is charged, and its trial. */
  terms: ProductTerms
  prices: FilePrice[]
  options: FileOption[]
  /** Undefined: a new product asks what its kind asks, an old one what it asked. */
  fields: FileField[] | undefined
  addons: FileLink[]
}

export interface FilePrice {
  cycle: string
  currency: string
  amountMinor: bigint
  setupMinor: bigint
  scheme?: Scheme
  /** Name of the price list that it belongs to; absent for a default price. */
  list?: { entry: Entry; name: string }
}

export interface FileOption {
  entry: Entry
  key: string
  name: string
  kind: OptionKind
  hint: Maybe<string>
  unit: Maybe<string>
  required: boolean | undefined
  minimum: Maybe<number>
  maximum: Maybe<number>
  step: Maybe<number>
  preset: Maybe<string>
  setting: Maybe<string>
  changeable: boolean | undefined
  conditions: FileCondition[] | undefined
  values: FileValue[]
  prices: FilePrice[]
}

export interface FileValue {
  entry: Entry
  key: string
  label: string
  module_value: Maybe<string>
  /** Name of the group of servers that it stands for. */
  server_group: Maybe<string>
  conditions: FileCondition[] | undefined
  prices: FilePrice[]
}

export interface FileField {
  entry: Entry
  key: string
  label: string
  kind: FieldKind
  hint: Maybe<string>
  choices: string[] | undefined
  pattern: Maybe<string>
  required: boolean | undefined
  setting: Maybe<string>
}

export interface FileCoupon {
  entry: Entry
  code: string
  kind: DiscountKind
  percent_ppm: number | null
  currency: string | null
  amount_minor: bigint | null
  products: FileLink[] | undefined
  required_products: FileLink[] | undefined
  groups: FileLink[] | undefined
  only_cycles: string[] | undefined
  only_currencies: string[] | undefined
  buyers: CouponBuyers | undefined
  minimum_minor: Maybe<bigint>
  minimum_currency: Maybe<string>
  stackable: boolean | undefined
  automatic: boolean | undefined
  cycles: Maybe<number>
  starts_on: Maybe<string>
  ends_on: Maybe<string>
  uses_max: Maybe<number>
  uses_per_client: Maybe<number>
}

export interface FilePriceList {
  entry: Entry
  name: string
  discount_ppm: number | undefined
}

export interface FilePriceRule {
  entry: Entry
  currency: string
  base: string
  markup_ppm: number
  rounding: { mode: RoundingRule['mode']; step: string; ending: string }
  follows: boolean
}

/** A product of a bundle; no cycles: every one. */
export interface FileMember extends FileLink {
  cycles: string[]
}

export interface FileBundle {
  entry: Entry
  slug: string
  name: string
  summary: Maybe<string>
  members: FileMember[]
  kind: Bundle['kind']
  percent_ppm: number | null
  currency: string | null
  amount_minor: bigint | null
  lasts: Bundle['lasts']
}

export interface FileGift {
  entry: Entry
  product: FileLink
  cycles: string[]
  gives: FileLink
  gives_cycles: string[]
  percent_ppm: number
  lasts: Bundle['lasts']
}

export function allGroups(groups: readonly FileGroup[]): FileGroup[] {
  return groups.flatMap((group) => [group, ...allGroups(group.groups)])
}
