import type { Cycle, Instant, IsoDate } from '../kernel/index.ts'
import { nameKinds, type ProductKind } from './kinds.ts'
import type { Scheme } from './schemes.ts'

export { productKinds, type ProductKind } from './kinds.ts'

/** What has to happen before the thing is delivered. */
export const deliveryMoments = ['order', 'payment', 'acceptance'] as const
export type DeliveryMoment = (typeof deliveryMoments)[number]

export const optionKinds = ['list', 'radio', 'checkbox', 'quantity', 'number'] as const
export type OptionKind = (typeof optionKinds)[number]

export const fieldKinds = ['text', 'textarea', 'number', 'list', 'checkbox', 'file', ...nameKinds] as const
export type FieldKind = (typeof fieldKinds)[number]

export const groupLayouts = ['cards', 'table', 'slider', 'list'] as const
export type GroupLayout = (typeof groupLayouts)[number]

export type ProductStatus = 'draft' | 'active' | 'hidden' | 'retired'

export interface Group {
  id: string
  brandId: string
  parentId: string | null
  slug: string
  name: string
  headline: string | null
  description: string | null
  layout: GroupLayout
  position: number
  hidden: boolean
  retiredAt: Instant | null
  version: number
}

/** One version of a price: what a period costs, and what is charged once at the start. */
export interface Price {
  id: string
  ownerId: string
  cycle: Cycle
  currency: string
  amountMinor: bigint
  setupMinor: bigint
  validFrom: IsoDate
  /** Steps of an option's price; `amountMinor` is then what one unit costs. */
  scheme?: Scheme
  /** The price list that it belongs to; absent for a default price. */
  listId?: string
  /** What the list takes off the default price, when the list has no price of its own. */
  discountPpm?: number
}

/** What another option of the product must say: a value, one of some, at least a number, or anything at all. */
export interface Condition {
  /** Key of the other option. */
  option: string
  is?: string
  one_of?: readonly string[]
  at_least?: number
  set?: true
}

export interface OptionValue {
  id: string
  key: string
  label: string
  moduleValue: string | null
  /** The value stands for this group of servers: there the service will run. */
  serverGroupId: string | null
  /** Free places where the value stands for; null: no limit, or it stands for no place. */
  free: number | null
  /** Under which it is offered; all must hold. */
  conditions: readonly Condition[]
  position: number
  retiredAt: Instant | null
  version: number
  prices: readonly Price[]
}

/**
 * A choice of a product. Lists and radios are priced by value, a checkbox when it is ticked, quantities and numbers
 * by their price times the number. An option or value without any price is included.
 */
export interface Option {
  id: string
  productId: string
  key: string
  name: string
  hint: string | null
  kind: OptionKind
  unit: string | null
  required: boolean
  minimum: number | null
  maximum: number | null
  step: number | null
  /** Value key, number, or "1" for a tick. */
  preset: string | null
  /** Name of the module setting that the choice fills. */
  setting: string | null
  changeable: boolean
  /** Under which it is offered; all must hold. */
  conditions: readonly Condition[]
  position: number
  retiredAt: Instant | null
  version: number
  /** What the service asked about has of it: value key, number, or "1" for a tick. Null without one. */
  chosen: string | null
  values: readonly OptionValue[]
  prices: readonly Price[]
}

/** A question asked when ordering. It has no price. */
export interface OrderField {
  id: string
  productId: string
  key: string
  label: string
  hint: string | null
  kind: FieldKind
  choices: readonly string[]
  /** Regular expression that the whole text must match. */
  pattern: string | null
  required: boolean
  setting: string | null
  position: number
  retiredAt: Instant | null
  version: number
}

/** A first time before the first period, once for a client and product. */
export interface Trial {
  days: number
  /** What it costs by currency; empty: nothing, in every currency. */
  prices: Readonly<Record<string, bigint>>
  /** "convert": the first period follows; "end": the service ends with it. */
  then: TrialEnd
}

export const trialEnds = ['convert', 'end'] as const
export type TrialEnd = (typeof trialEnds)[number]

export interface Product {
  id: string
  brandId: string
  groupId: string
  slug: string
  kind: ProductKind
  name: string
  summary: string | null
  description: string | null
  features: readonly string[]
  status: ProductStatus
  position: number
  featured: boolean
  taxClass: string
  /** Units left; null is unlimited. */
  stock: number | null
  deliveryOn: DeliveryMoment
  instanceId: string | null
  serverGroupId: string | null
  moduleSettings: Readonly<Record<string, unknown>>
  graceDays: number | null
  terminateDays: number | null
  /** Periods after which the product ends by itself; null goes on. */
  periodsMax: number | null
  /** How it may be tried first; null: not at all. */
  trial: Trial | null
  version: number
  prices: readonly Price[]
  options: readonly Option[]
  fields: readonly OrderField[]
  /** Products that may be ordered with this one; their own add-ons are left out. */
  addons: readonly Product[]
}

export const canBeOrdered = (product: Product): boolean =>
  product.status === 'active' || product.status === 'hidden'

export function soldOut(product: Product, wanted = 1): boolean {
  return product.stock !== null && product.stock < wanted
}
