import {
  canBeOrdered,
  checkFields,
  couponFits,
  couponProblem,
  discountParts,
  priceAt,
  priceSelection,
  withDiscount,
  type Coupon,
  type FieldAnswer,
  type PricedSelection,
  type Product,
  type Sums,
} from '../catalog/index.ts'
import { cycle, type Cycle, type IsoDate } from '../kernel/index.ts'
import { firstSelection, type FirstTermOf } from './first-lines.ts'
import { parentProblem, type Parents } from './running-parents.ts'
import type { FirstTerm, Parent } from '../services/index.ts'
import type { AddonWish, ItemWish } from './items.ts'

export interface ItemTerms {
  currency: string
  day: IsoDate
  coupon: Coupon | null
  /** Absent where whole periods are priced, as the list has them. */
  firstTerm?: FirstTermOf
  /** Running services for which add-ons are wished. */
  parents?: Parents
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
  /** Why the coupon lowers nothing; null when it does, or when there is none. */
  couponProblem: string | null
}

/** Prices several wishes together, as cart, order and preview all show them. Pure. */
export function priceItems(
  wishes: readonly ItemWish[],
  products: ReadonlyMap<string, Product>,
  terms: ItemTerms,
): PricedItems {
  const items = wishes.map((wish) => priceItem(wish, products.get(wish.product_id) ?? null, terms))
  const problem = terms.coupon ? applyCoupon(items, terms.coupon, terms) : null
  return { items, first: total(items.map((item) => item.first)), couponProblem: problem }
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
  const own = pricePart(product, { ...wish, quantity: 1 }, cycle(wish.cycle), terms)
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
  terms: ItemTerms & { parent?: Parent | null },
): { part: PricedPart; errors: Record<string, string> } {
  const { currency, day } = terms
  const choice = { quantity: wish.quantity ?? 1, options: wish.options ?? {}, trial: wish.trial ?? false }
  const listed = priceSelection(product, choice, { currency, day, cycle: of })
  const term = terms.firstTerm?.(product, of, terms.parent) ?? null
  const selection = term && !listed.trial ? firstSelection(listed, term) : listed
  const { answers, errors } = checkFields(product.fields, wish.fields ?? {})
  const named = Object.entries(errors).map(([key, reason]) => [`field.${key}`, reason] as const)
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

/** Spreads the coupon over every line that it fits; a percentage line by line, a fixed sum once over all. */
function applyCoupon(items: PricedItem[], coupon: Coupon, terms: ItemTerms): string | null {
  const problem = couponProblem(coupon, terms)
  if (problem) return problem
  const fits = ({ product, selection }: PricedPart) =>
    selection.trial === null && couponFits(coupon, product.id, selection.cycle)
  const fitting = items.flatMap((item) => item.units.flatMap((unit) => unit.filter(fits)))
  const amounts = fitting.flatMap((part) => part.selection.lines.map((line) => line.amountMinor))
  const shares = discountParts(coupon, amounts)
  if (shares.every((share) => share === 0n))
    return `The coupon "${coupon.code}" is for none of these products or billing cycles.`
  let next = 0
  let carried = false
  const discounted = (part: PricedPart): PricedPart => {
    if (!fits(part)) return part
    const mine = shares.slice(next, (next += part.selection.lines.length))
    const carries = coupon.kind === 'percent' || !carried
    const selection = withDiscount(part.selection, coupon, mine, carries)
    carried ||= selection.lines.some((line) => line.kind === 'discount' && line.recurs)
    return { ...part, selection }
  }
  for (const item of items) {
    item.units = item.units.map((unit) => unit.map(discounted))
    sumUp(item)
  }
  return null
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
  for (const { product, selection } of items.flatMap((item) => item.units.flat())) {
    const units = (wanted.get(product.id)?.units ?? 0) + selection.quantity
    wanted.set(product.id, { product, units })
  }
  return wanted
}
