import {
  couponFits,
  couponLasting,
  couponProblem,
  discountShares,
  inOrder,
  linesLeft,
  meantShares,
  withCoupon,
  type Coupon,
  type CouponBuyer,
  type CouponProblem,
} from '../catalog/index.ts'
import { isMetered, type IsoDate } from '../kernel/index.ts'
import type { PricedPart } from './price-items.ts'

/** Coupons that an order may use: those that were typed, and those of the shop that count by themselves. */
export interface WantedCoupons {
  entered: readonly Coupon[]
  automatic: readonly Coupon[]
}

export const NO_COUPONS: WantedCoupons = { entered: [], automatic: [] }

export interface CouponFacts {
  currency: string
  day: IsoDate
  subtotalMinor: bigint
  /** Null: a visitor. */
  buyer: CouponBuyer | null
}

export interface AppliedCoupons {
  parts: PricedPart[]
  /** What each coupon takes off the order, in the order in which they are taken off. */
  used: { coupon: Coupon; discountMinor: bigint }[]
  /** Why one that was typed does not count; those that count by themselves say nothing. */
  problem: CouponProblem | null
}

/**
 * Takes coupons off in a fixed order: a set price, free periods, set-up, percentages, fixed sums; each from what the
 * one before has left. One that does not stack stands alone: what was typed goes before what counts by itself.
 */
export function applyCoupons(
  parts: readonly PricedPart[],
  wanted: WantedCoupons,
  facts: CouponFacts,
): AppliedCoupons {
  const productIds = parts.map(({ product }) => product.id)
  const order = { subtotalMinor: facts.subtotalMinor, productIds }
  const problemOf = (coupon: Coupon) => couponProblem(coupon, { ...facts, order }) ?? unfit(coupon, parts)
  const problems = wanted.entered.flatMap((coupon) => problemOf(coupon) ?? [])
  const entered = wanted.entered.filter((coupon) => problemOf(coupon) === null)
  const clash = entered.length > 1 ? entered.find(({ stackable }) => !stackable) : undefined
  const chosen = clash ? [] : [...entered]
  for (const coupon of [...wanted.automatic].sort(inOrder)) {
    if (clash || chosen.some(({ id }) => id === coupon.id) || problemOf(coupon) !== null) continue
    if (chosen.length === 0 || (coupon.stackable && chosen.every(({ stackable }) => stackable)))
      chosen.push(coupon)
  }
  let left: PricedPart[] = [...parts]
  const used: AppliedCoupons['used'] = []
  for (const coupon of chosen.sort(inOrder)) {
    const taken = takeOff(left, coupon)
    left = taken.parts
    if (taken.discountMinor > 0n || taken.lasts) used.push({ coupon, discountMinor: taken.discountMinor })
  }
  return { parts: left, used, problem: problems[0] ?? (clash ? alone(clash) : null) }
}

function unfit(coupon: Coupon, parts: readonly PricedPart[]): CouponProblem | null {
  const fitting = parts.filter((part) => fitsPart(coupon, part))
  const taken = fitting.some(
    ({ selection }) =>
      lowersHours(coupon, selection) ||
      discountShares(coupon, linesLeft(selection)).some((share) => share > 0n),
  )
  const reason = `The coupon "${coupon.code}" is for none of these products or billing cycles.`
  return taken ? null : { code: coupon.code, field: 'product_ids', value: '', reason }
}

/** Hours are charged later: their order may have nothing that a coupon could lower. */
const lowersHours = (coupon: Coupon, { cycle }: PricedPart['selection']): boolean =>
  isMetered(cycle) && couponLasting(coupon, cycle, 0n) !== null

/** A trial has a price of its own. */
const fitsPart = (coupon: Coupon, { product, selection }: PricedPart): boolean =>
  selection.trial === null && couponFits(coupon, product, selection.cycle)

const alone = ({ code }: Coupon): CouponProblem => ({
  ...{ code, field: 'stackable', value: '' },
  reason: `The coupon "${code}" cannot be combined with others.`,
})

/** Spread over every line that the coupon fits: a percentage line by line, a fixed sum once over all. */
function takeOff(
  parts: readonly PricedPart[],
  coupon: Coupon,
): { parts: PricedPart[]; discountMinor: bigint; lasts: boolean } {
  const fits = (part: PricedPart) => fitsPart(coupon, part)
  const left = parts.filter(fits).flatMap(({ selection }) => linesLeft(selection))
  const shares = discountShares(coupon, left)
  const meant = meantShares(coupon, left)
  const discountMinor = shares.reduce((a, b) => a + b, 0n)
  let next = 0
  let carried = false
  const lowered = parts.map((part): PricedPart => {
    if (!fits(part)) return part
    const own = [next, (next += linesLeft(part.selection).length)] as const
    const ownShares = shares.slice(...own)
    // A sum goes on with one that it lowers now; only where it lowers none, with the first hours.
    const isLowered = discountMinor === 0n || ownShares.some((share) => share > 0n)
    const carries = coupon.kind !== 'fixed' || (!carried && isLowered)
    const taken = { shares: ownShares, meant: meant.slice(...own), carries }
    const selection = withCoupon(part.selection, coupon, taken)
    carried ||= selection.lasting.length > part.selection.lasting.length
    return { ...part, selection }
  })
  return { parts: lowered, discountMinor, lasts: carried }
}
