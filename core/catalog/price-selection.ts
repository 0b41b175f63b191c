import { divideHalfUp } from '../../sdk/index.ts'
import { isMetered, type Cycle, type IsoDate, type Period } from '../kernel/index.ts'
import { couponFits, couponLasting, type Coupon } from './coupon.ts'
import { couponProblem } from './coupon-problem.ts'
import { discountShares, lastingOff, meantShares, type Discountable, type Lasting } from './discount.ts'
import { chooseOptions, type Choice } from './choose-options.ts'
import { listTrace, priceAt, type PriceTerms } from './prices.ts'
import type { Product, Trial } from './product.ts'

export interface Selection {
  /** Units of the product itself; 1 when absent. Options count for each unit. */
  quantity?: number
  /** Option key → value key, number or tick. */
  options?: Readonly<Record<string, unknown>>
  /** Begin with the product's trial. */
  trial?: boolean
}

export interface SelectionTerms extends PriceTerms {
  coupon?: Coupon | null
}

export type PricedKind = 'recurring' | 'once' | 'option' | 'setup' | 'discount'

export interface PricedLine {
  kind: PricedKind
  /** The option it belongs to; null for the product itself and for a discount. */
  optionId: string | null
  label: string
  quantity: number
  unitMinor: bigint
  /** quantity × unit; a discount is negative. */
  amountMinor: bigint
  /** Whether the next period costs this again. */
  recurs: boolean
  /** Tells discounts of a selection apart. */
  cause?: string
  /** The time that it is charged for, where the first document holds more or less than the first period. */
  period?: Period
  trace: Record<string, string | number | null>
}

export interface Sums {
  subtotalMinor: bigint
  /** Zero or more; never above the subtotal. */
  discountMinor: bigint
  totalMinor: bigint
}

export interface PricedSelection {
  productId: string
  cycle: Cycle
  currency: string
  day: IsoDate
  quantity: number
  priceId: string | null
  /** Set when it begins with a trial: the first period follows it, or nothing does. */
  trial: SelectedTrial | null
  lines: PricedLine[]
  choices: Choice[]
  /** What lowers later periods, in the order in which it is taken off. */
  lasting: LastingDiscount[]
  /** Due now: the first period with setup. */
  first: Sums
  /** Each following period, as long as the coupon lasts; null when nothing recurs. */
  renewal: Sums | null
  /** Field ("cycle", "currency", "quantity", "option.memory", "coupon") → what is wrong and what is allowed. */
  errors: Record<string, string>
}

/** Why something is taken off a selection. */
export interface DiscountCause {
  cause: 'coupon' | 'bundle' | 'gift' | 'quote'
  /** Of the coupon, bundle, gift or quote. */
  id: string
  label: string
}

export interface LastingDiscount extends DiscountCause, Lasting {
  /** Whether it takes what its coupon says, so that the coupon itself can tell later. */
  isOwn: boolean
  /** Of the services that share this name each one keeps its discount only while all of them live. */
  bond: string | null
}

export interface TakenDiscount extends DiscountCause {
  shares: readonly bigint[]
  lasting: Lasting | null
  isOwn?: boolean
  bond?: string
  trace: PricedLine['trace']
}

export interface SelectedTrial extends Pick<Trial, 'days' | 'then'> {
  /** What the product itself costs each period afterwards. */
  ownMinor: bigint
}

export const QUANTITY_MAX = 50

/**
 * What a choice of a product costs and why. Pure: the same product, choice and terms give the same lines for the
 * shop, the cart, the order and the preview. With errors the lines hold what could be priced.
 */
export function priceSelection(
  product: Product,
  selection: Selection,
  terms: SelectionTerms,
): PricedSelection {
  const errors: Record<string, string> = {}
  const quantity = wantedQuantity(selection.quantity ?? 1, errors)
  const price = priceAt(product.prices, terms)
  if (!price) Object.assign(errors, notSold(product, terms))
  const chosen = chooseOptions(product.options, selection.options ?? {}, terms)
  Object.assign(errors, chosen.errors)
  const priced: PricedSelection = {
    productId: product.id,
    cycle: terms.cycle,
    currency: terms.currency,
    day: terms.day,
    quantity,
    priceId: price?.id ?? null,
    trial: null,
    lines: [],
    choices: chosen.choices,
    lasting: [],
    first: NOTHING,
    renewal: null,
    errors,
  }
  if (price) {
    const base = {
      label: product.name,
      amountMinor: price.amountMinor,
      setupMinor: price.setupMinor,
      trace: { price_id: price.id, valid_from: price.validFrom, cycle: terms.cycle, ...listTrace(price) },
    }
    priced.lines = linesOf(base, chosen.choices, quantity, terms.cycle)
  }
  withSums(priced)
  if (selection.trial) return withTrial(product, priced)
  return terms.coupon ? withOneCoupon(product, priced, terms.coupon) : priced
}

/** What earlier discounts have left of each line that is not a discount itself. */
export function linesLeft(priced: PricedSelection): Discountable[] {
  const taken = priced.lines.filter(({ kind }) => kind === 'discount').map(({ trace }) => sharesOf(trace))
  return priced.lines
    .filter(({ kind }) => kind !== 'discount')
    .map(({ kind, quantity, amountMinor, trace }, i) => ({
      ...{ kind, quantity: trace.part === 'charge' ? priced.quantity : quantity },
      ...(trace.part === 'charge' ? { piece: { amountMinor, wholeMinor: BigInt(String(trace.of)) } } : {}),
      leftMinor: taken.reduce((left, shares) => left - (shares[i] ?? 0n), amountMinor),
    }))
}

/** The shares by line are kept in the trace, for the reader and for the discounts that follow. */
const sharesOf = (trace: PricedLine['trace']): bigint[] => String(trace.parts).split(' ').map(BigInt)

/** The same selection with a discount taken off, a share for each line. Nothing taken changes nothing. */
export function withDiscount(priced: PricedSelection, taken: TakenDiscount): PricedSelection {
  const { cause, id, label, shares, lasting, isOwn = false, bond = null } = taken
  const total = shares.reduce((a, b) => a + b, 0n)
  // A coupon for hours lowers what is charged later, also where the order takes nothing.
  const isLater = cause === 'coupon' && lasting !== null && isMetered(priced.cycle)
  if (total === 0n && !isLater) return priced
  const step = priced.lines.filter(({ kind }) => kind === 'discount').length + 1
  const line: PricedLine = {
    kind: 'discount',
    optionId: null,
    label,
    quantity: 1,
    unitMinor: -total,
    amountMinor: -total,
    recurs: lasting !== null && lasting.periodsLeft !== 0,
    ...(isOwn && isFirstOwn(priced) ? {} : { cause: id }),
    trace: { why: cause, ...taken.trace, step, parts: shares.join(' ') },
  }
  const kept = lasting === null ? [] : [{ ...{ cause, id, label, isOwn, bond }, ...lasting }]
  const discounted = {
    ...priced,
    lines: total === 0n ? priced.lines : [...priced.lines, line],
    lasting: [...priced.lasting, ...kept],
  }
  withSums(discounted)
  return discounted
}

/** The charge of the first coupon needs no name; whatever else lowers the period goes by its id. */
const isFirstOwn = ({ lines }: PricedSelection): boolean =>
  !lines.some(({ kind, cause }) => kind === 'discount' && cause === undefined)

export interface CouponTaken {
  shares: readonly bigint[]
  /** What falls on each line of the sum that the coupon stands for, where that is more than there was to take. */
  meant?: readonly bigint[]
  /** A fixed sum lasts on one item of an order alone. */
  carries?: boolean
}

/** The selection lowered by a coupon. */
export function withCoupon(
  priced: PricedSelection,
  coupon: Coupon,
  { shares, meant = shares, carries = true }: CouponTaken,
): PricedSelection {
  const own = priced.lines.findIndex(({ kind }) => kind === 'recurring')
  return withDiscount(priced, {
    ...{ cause: 'coupon', id: coupon.id, label: coupon.code, shares },
    lasting: carries
      ? couponLasting(coupon, priced.cycle, wholeShare(priced.lines[own], shares[own] ?? 0n))
      : null,
    isOwn: coupon.kind !== 'price',
    trace: {
      coupon_id: coupon.id,
      coupon: coupon.code,
      form: coupon.kind,
      percent_ppm: coupon.percentPpm,
      fixed_minor: coupon.amountMinor?.toString() ?? null,
      rounding: coupon.kind === 'fixed' ? 'largest_remainder' : 'half_up_each_line',
      ...(coupon.kind === 'fixed' || coupon.kind === 'setup'
        ? { period_minor: ofPeriod(priced, meant).toString() }
        : {}),
    },
  })
}

/** What shares of lines take off one whole period: set-up has no part in it, and pieces stand for so much of theirs. */
function ofPeriod({ lines }: PricedSelection, shares: readonly bigint[]): bigint {
  let [taken, charged, whole] = [0n, 0n, 0n]
  lines
    .filter(({ kind }) => kind !== 'discount')
    .forEach(({ recurs, amountMinor, trace }, i) => {
      if (!recurs) return
      taken += shares[i] ?? 0n
      charged += amountMinor
      whole += trace.part === 'charge' ? BigInt(String(trace.of)) : amountMinor
    })
  const pieces = BigInt(Math.max(1, lines.filter(({ kind }) => kind === 'recurring').length))
  return charged === 0n ? 0n : divideHalfUp(taken * whole, charged * pieces)
}

/**
 * The trial in place of the first period: its price, no options, no set-up fee and no coupon. What follows is priced as
 * always, unless the trial ends it.
 */
function withTrial(product: Product, priced: PricedSelection): PricedSelection {
  const { trial } = product
  const fee = trial && trialFee(trial, priced.currency)
  const own = priced.lines.find(({ kind }) => kind === 'recurring')
  if (!trial || fee === null || !own) {
    const problem = !trial || fee === null ? 'is not offered for this product' : 'is for billing cycles only'
    return { ...priced, errors: { ...priced.errors, trial: problem } }
  }
  const line: PricedLine = {
    ...own,
    unitMinor: fee,
    amountMinor: fee * BigInt(own.quantity),
    recurs: false,
    trace: { ...own.trace, trial_days: trial.days, trial_then: trial.then },
  }
  const lines = [line]
  const renewal = trial.then === 'end' ? null : priced.renewal
  const selected = { days: trial.days, then: trial.then, ownMinor: own.amountMinor }
  return { ...priced, trial: selected, lines, first: sumsOf(lines), renewal }
}

/** Null where the trial is not sold in the currency. */
export function trialFee({ prices }: Trial, currency: string): bigint | null {
  if (Object.keys(prices).length === 0) return 0n
  return prices[currency] ?? null
}

/** What was taken off the product itself, as of a whole period. */
function wholeShare(own: PricedLine | undefined, share: bigint): bigint {
  if (own?.trace.part !== 'charge' || own.amountMinor === 0n) return share
  return divideHalfUp(share * BigInt(String(own.trace.of)), own.amountMinor)
}

function wantedQuantity(quantity: number, errors: Record<string, string>): number {
  if (Number.isInteger(quantity) && quantity >= 1 && quantity <= QUANTITY_MAX) return quantity
  errors.quantity = `must be a whole number from 1 to ${QUANTITY_MAX}`
  return 1
}

function notSold(product: Product, terms: PriceTerms): Record<string, string> {
  const now = product.prices.filter((price) => price.validFrom <= terms.day)
  const inCurrency = now.filter((price) => price.currency === terms.currency)
  if (inCurrency.length === 0) {
    const sold = [...new Set(now.map((price) => price.currency))].sort().join(', ')
    return {
      currency: sold
        ? `is not sold in ${terms.currency}; choose one of ${sold}`
        : 'has no price at the moment',
    }
  }
  const cycles = [...new Set(inCurrency.map((price) => price.cycle))].join(', ')
  return { cycle: `is not sold for "${terms.cycle}" in ${terms.currency}; choose one of ${cycles}` }
}

type BaseLine = Pick<PricedLine, 'label' | 'trace'> & { amountMinor: bigint; setupMinor: bigint }

function linesOf(base: BaseLine, choices: readonly Choice[], quantity: number, cycle: Cycle): PricedLine[] {
  const recurring = cycle !== 'once' && cycle !== 'free'
  const line = (from: BaseLine, kind: PricedKind, optionId: string | null, times: number): PricedLine => {
    const unitMinor = kind === 'setup' ? from.setupMinor : from.amountMinor
    return {
      kind,
      optionId,
      label: from.label,
      quantity: times,
      unitMinor,
      amountMinor: unitMinor * BigInt(times),
      recurs: recurring && kind !== 'setup',
      trace: from.trace,
    }
  }
  const own = line(base, recurring ? 'recurring' : 'once', null, quantity)
  const options = choices.filter((choice) => choice.amountMinor !== 0n)
  const setups = [
    ...(base.setupMinor > 0n ? [line(base, 'setup', null, quantity)] : []),
    ...choices.flatMap((choice) =>
      choice.setupMinor > 0n ? [line(choice, 'setup', choice.optionId, choice.times * quantity)] : [],
    ),
  ]
  return [
    own,
    ...options.map((choice) => line(choice, 'option', choice.optionId, choice.times * quantity)),
    ...setups,
  ]
}

const NOTHING: Sums = { subtotalMinor: 0n, discountMinor: 0n, totalMinor: 0n }

function withSums(priced: PricedSelection): void {
  priced.first = sumsOf(priced.lines)
  const again = priced.lines.filter((line) => line.recurs && line.kind !== 'discount')
  // A sum is off all hours of a month, and what is named here is one of them.
  const lasting = priced.lasting.filter(({ percentPpm }) => percentPpm !== null || !isMetered(priced.cycle))
  priced.renewal = again.length > 0 ? renewalSums(again, lasting) : null
}

function sumsOf(lines: readonly PricedLine[]): Sums {
  let subtotalMinor = 0n
  let discountMinor = 0n
  for (const line of lines) {
    if (line.kind === 'discount') discountMinor -= line.amountMinor
    else subtotalMinor += line.amountMinor
  }
  return { subtotalMinor, discountMinor, totalMinor: subtotalMinor - discountMinor }
}

/** Setup is not charged again, and the billing run discounts the sum of a service's period, not its lines. */
function renewalSums(lines: readonly PricedLine[], lasting: readonly Lasting[]): Sums {
  const { subtotalMinor } = sumsOf(lines)
  const totalMinor = lasting
    .filter(({ periodsLeft }) => periodsLeft !== 0)
    .reduce((left, discount) => left - lastingOff(discount, left), subtotalMinor)
  return { subtotalMinor, discountMinor: subtotalMinor - totalMinor, totalMinor }
}

function withOneCoupon(product: Product, priced: PricedSelection, coupon: Coupon): PricedSelection {
  const problem =
    couponProblem(coupon, priced)?.reason ??
    (couponFits(coupon, product, priced.cycle)
      ? null
      : `The coupon "${coupon.code}" is not for this product or billing cycle.`)
  if (problem) return { ...priced, errors: { ...priced.errors, coupon: problem } }
  const left = linesLeft(priced)
  return withCoupon(priced, coupon, {
    shares: discountShares(coupon, left),
    meant: meantShares(coupon, left),
  })
}
