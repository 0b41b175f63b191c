import {
  canBeOrdered,
  NO_DEALS,
  checkFields,
  priceAt,
  priceSelection,
  type Coupon,
  type CouponBuyer,
  type CouponProblem,
  type Deals,
  type DiscountCause,
  type FieldAnswer,
  type PricedSelection,
  type Product,
  type Sums,
} from '../catalog/index.ts'
import { BerthError, cycle, type Cycle, type IsoDate } from '../kernel/index.ts'
import type { AskedForm, AskedForms } from './ask-form.ts'
import { applyCoupons, type WantedCoupons } from './apply-coupons.ts'
import { applyDeals } from './apply-deals.ts'
import { firstSelection, type FirstTermOf } from './first-lines.ts'
import { parentProblem, type Parents } from './running-parents.ts'
import type { FirstTerm, Parent } from '../services/index.ts'
import type { AddonWish, ItemWish } from './items.ts'

export interface ItemTerms {
  currency: string
  day: IsoDate
  coupons: WantedCoupons
  /** Null: a visitor, of whom nothing is known. */
  buyer: CouponBuyer | null
  /** Absent: none are looked for. */
  deals?: Deals
  /** Absent where whole periods are priced, as the list has them. */
  firstTerm?: FirstTermOf
  /** Running services for which add-ons are wished. */
  parents?: Parents
  /** What plugins ask beside the product. */
  forms?: AskedForms
}

/** A product or add-on that becomes one service. */
export interface PricedPart {
  product: Product
  /** What the first document charges. */
  selection: PricedSelection
  /** The same with a whole period. */
  listed: PricedSelection
  term: FirstTerm | null
  fields: FieldAnswer[]
  /** Names of what it belongs to: discounts of it last while all that belong to it live. */
  bonds?: readonly string[]
}

/** One unit of an item: the product, then its add-ons. */
export type PricedUnit = readonly PricedPart[]

export interface PricedItem {
  wish: ItemWish
  /** Null when the brand has no such product (any more). */
  product: Product | null
  units: PricedUnit[]
  /** All units, with their shares of the coupon. */
  first: Sums
  /** Of whole periods without the coupon: what a visitor was shown stays the same from day to day. */
  listedMinor: bigint
  renewal: Sums | null
  /** "cycle", "option.memory", "field.hostname", "addon.extra-ip.quantity", "product" → reason. */
  errors: Record<string, string>
}

export interface PricedItems {
  items: PricedItem[]
  first: Sums
  /** What each coupon takes off, in the order in which they are taken off. */
  coupons: { coupon: Coupon; discountMinor: bigint }[]
  /** Why a coupon that was typed lowers nothing; null when all do, or when there is none. */
  couponProblem: CouponProblem | null
}

/** Prices several wishes together, as cart, order and preview all show them. Pure. */
export function priceItems(
  wishes: readonly ItemWish[],
  products: ReadonlyMap<string, Product>,
  terms: ItemTerms,
): PricedItems {
  const items = wishes.map((wish) => priceItem(wish, products.get(wish.product_id) ?? null, terms))
  const subtotalMinor = total(items.map((item) => item.first)).subtotalMinor
  const { currency, day, coupons, buyer } = terms
  const facts = { currency, day, buyer, subtotalMinor }
  const lowered = applyDeals(partsOf(items), terms.deals ?? NO_DEALS, currency)
  const applied = applyCoupons(lowered, coupons, facts)
  putBack(items, applied.parts)
  const first = total(items.map((item) => item.first))
  return { items, first, coupons: applied.used, couponProblem: applied.problem }
}

export const partsOf = (items: readonly Pick<PricedItem, 'units'>[]): PricedPart[] =>
  items.flatMap((item) => item.units.flat())

/** The parts, in the order in which partsOf gave them, with what was taken off. */
function putBack(items: readonly PricedItem[], parts: readonly PricedPart[]): void {
  let next = 0
  for (const item of items) {
    item.units = item.units.map((unit) => unit.map(() => parts[next++]!))
    if (item.units.length > 0) sumUp(item)
  }
}

function priceItem(wish: ItemWish, product: Product | null, terms: ItemTerms): PricedItem {
  const item: PricedItem = {
    wish,
    product,
    units: [],
    first: NOTHING,
    listedMinor: 0n,
    renewal: null,
    errors: {},
  }
  if (!product || !canBeOrdered(product)) {
    item.errors.product = 'is no longer sold'
    return item
  }
  const problem = parentProblem(terms.parents, wish, { product, currency: terms.currency })
  if (problem) item.errors.service = problem
  if (wish.service_id !== undefined) return priceForRunning(item, product, wish.service_id, terms)
  const form = terms.forms?.get(wish)
  if (form instanceof BerthError) item.errors.form = 'cannot be ordered just now'
  const asked = form instanceof BerthError ? undefined : form
  const own = pricePart(product, { ...wish, quantity: 1 }, cycle(wish.cycle), { ...terms, asked })
  if (wish.trial && (wish.quantity ?? 1) > 1) item.errors.trial = 'is for one unit'
  Object.assign(item.errors, own.errors)
  const addons = (wish.addons ?? []).flatMap((addon) => priceAddon(item, product, addon, terms))
  const unit: PricedUnit = [own.part, ...addons]
  item.units = Array.from({ length: wish.quantity ?? 1 }, () => unit)
  sumUp(item)
  return item
}

/** An add-on of a running service is one service of so many units, on the days of that one. */
function priceForRunning(
  item: PricedItem,
  product: Product,
  serviceId: string,
  terms: ItemTerms,
): PricedItem {
  const parent = terms.parents?.get(serviceId)?.days ?? null
  const { part, errors } = pricePart(product, item.wish, cycle(item.wish.cycle), { ...terms, parent })
  Object.assign(item.errors, errors)
  item.units = [[part]]
  sumUp(item)
  return item
}

function pricePart(
  product: Product,
  wish: Omit<AddonWish, 'product_id'> & Pick<ItemWish, 'trial'>,
  of: Cycle,
  terms: ItemTerms & { parent?: Parent | null; asked?: AskedForm | undefined },
): { part: PricedPart; errors: Record<string, string> } {
  const { currency, day } = terms
  const choice = { quantity: wish.quantity ?? 1, options: wish.options ?? {}, trial: wish.trial ?? false }
  const listed = priceSelection(product, choice, { currency, day, cycle: of })
  const term = terms.firstTerm?.(product, of, terms.parent) ?? null
  const selection = term && !listed.trial ? firstSelection(listed, term) : listed
  const { fields = [], refused = {} } = terms.asked ?? {}
  const { answers, errors } = checkFields([...product.fields, ...fields], wish.fields ?? {})
  const named = Object.entries({ ...refused, ...errors }).map(
    ([key, reason]) => [`field.${key}`, reason] as const,
  )
  return {
    part: { product, selection, listed, term, fields: answers },
    errors: { ...selection.errors, ...Object.fromEntries(named) },
  }
}

/** An add-on follows the cycle of its product; one that is only sold once is charged once. */
function priceAddon(item: PricedItem, product: Product, wish: AddonWish, terms: ItemTerms): PricedPart[] {
  const addon = product.addons.find((candidate) => candidate.id === wish.product_id)
  if (!addon || !canBeOrdered(addon)) {
    item.errors[`addon.${addon?.slug ?? wish.product_id}`] = 'is not offered with this product'
    return []
  }
  const { currency, day } = terms
  const candidates = [cycle(item.wish.cycle), cycle('once'), cycle('free')]
  const sold = candidates.find((of) => priceAt(addon.prices, { currency, day, cycle: of }))
  const { part, errors } = pricePart(addon, wish, sold ?? cycle(item.wish.cycle), terms)
  for (const [field, reason] of Object.entries(errors)) item.errors[`addon.${addon.slug}.${field}`] = reason
  return [part]
}

export interface OrderDiscount {
  /** Code of the coupon, or name of the bundle or gift. */
  label: string
  why: DiscountCause['cause']
  minor: bigint
}

/** What is taken off, summed up by its reason, in the order in which it is taken off. */
export function discountsOf(items: readonly Pick<PricedItem, 'units'>[]): OrderDiscount[] {
  const lines = partsOf(items)
    .flatMap(({ selection }) => selection.lines)
    .filter(({ kind }) => kind === 'discount')
  const groups = Map.groupBy(lines, ({ trace, label }) => `${String(trace.why)} ${label}`)
  return [...groups.values()].map((of) => ({
    label: of[0]!.label,
    why: of[0]!.trace.why as OrderDiscount['why'],
    minor: of.reduce((sum, { amountMinor }) => sum - amountMinor, 0n),
  }))
}

function sumUp(item: PricedItem): void {
  const parts = item.units.flat()
  item.first = total(parts.map((part) => part.selection.first))
  item.listedMinor = total(parts.map((part) => part.listed.first)).subtotalMinor
  const renewals = parts.flatMap((part) => part.selection.renewal ?? [])
  item.renewal = renewals.length > 0 ? total(renewals) : null
}

export const NOTHING: Sums = { subtotalMinor: 0n, discountMinor: 0n, totalMinor: 0n }

export function total(sums: readonly Sums[]): Sums {
  return sums.reduce(
    (a, b) => ({
      subtotalMinor: a.subtotalMinor + b.subtotalMinor,
      discountMinor: a.discountMinor + b.discountMinor,
      totalMinor: a.totalMinor + b.totalMinor,
    }),
    NOTHING,
  )
}

/** Units wanted of each product, add-ons included: what stock has to cover. */
export function unitsWanted(items: readonly PricedItem[]): Map<string, { product: Product; units: number }> {
  const wanted = new Map<string, { product: Product; units: number }>()
  for (const { product, selection } of partsOf(items)) {
    const units = (wanted.get(product.id)?.units ?? 0) + selection.quantity
    wanted.set(product.id, { product, units })
  }
  return wanted
}
