import type { DeliveryMoment, FieldKind, GroupLayout, OptionKind, ProductKind } from '../product.ts'
import type { Scheme } from '../schemes.ts'
import type { ProductTerms } from '../set-terms.ts'
import type { Entry } from './reader.ts'

/** A catalogue file that was read. Undefined: the file does not say; null: it says "none". */
type Maybe<T> = T | null | undefined

export interface CatalogFile {
  groups: FileGroup[]
  coupons: FileCoupon[]
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
  fields: FileField[]
  addons: FileLink[]
}

export interface FilePrice {
  cycle: string
  currency: string
  amountMinor: bigint
  setupMinor: bigint
  scheme?: Scheme
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
  values: FileValue[]
  prices: FilePrice[]
}

export interface FileValue {
  entry: Entry
  key: string
  label: string
  module_value: Maybe<string>
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
  kind: 'percent' | 'fixed'
  percent_ppm: number | null
  currency: string | null
  amount_minor: bigint | null
  products: FileLink[] | undefined
  only_cycles: string[] | undefined
  cycles: Maybe<number>
  starts_on: Maybe<string>
  ends_on: Maybe<string>
  uses_max: Maybe<number>
  uses_per_client: Maybe<number>
}

export function allGroups(groups: readonly FileGroup[]): FileGroup[] {
  return groups.flatMap((group) => [group, ...allGroups(group.groups)])
}
