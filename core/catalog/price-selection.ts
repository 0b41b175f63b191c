import type { Cycle, IsoDate, Period } from '../kernel/index.ts'
import { couponFits, couponProblem, couponRenews, discountParts, type Coupon } from './coupon.ts'
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
  /** Due now: the first period with setup. */
  first: Sums
  /** Each following period, as long as the coupon lasts; null when nothing recurs. */
  renewal: Sums | null
  /** Field ("cycle", "currency", "quantity", "option.memory", "coupon") → what is wrong and what is allowed. */
  errors: Record<string, string>
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
  return terms.coupon ? withCoupon(product, priced, terms.coupon) : priced
}

/**
 * The same selection with shares of a coupon taken off, one for each line, as an order spreads them over all items.
 * `carries`: whether renewals of this one are lowered too; a fixed sum is carried by one item of an order only.
 */
export function withDiscount(
  priced: PricedSelection,
  coupon: Coupon,
  shares: readonly bigint[],
  carries = true,
): PricedSelection {
  const total = shares.reduce((a, b) => a + b, 0n)
  if (total === 0n) return priced
  const renews = carries && couponRenews(coupon, priced.cycle)
  const line: PricedLine = {
    kind: 'discount',
    optionId: null,
    label: coupon.code,
    quantity: 1,
    unitMinor: -total,
    amountMinor: -total,
    recurs: renews,
    trace: {
      coupon_id: coupon.id,
      coupon: coupon.code,
      percent_ppm: coupon.percentPpm,
      fixed_minor: coupon.amountMinor?.toString() ?? null,
      rounding: coupon.kind === 'percent' ? 'half_up_each_line' : 'largest_remainder',
      parts: shares.join(' '),
    },
  }
  const lines = [...priced.lines, line]
  const renewal = priced.renewal && renews ? renewalSums(priced.renewal, coupon) : priced.renewal
  return { ...priced, lines, first: sumsOf(lines), renewal }
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
  priced.renewal = again.length > 0 ? sumsOf(again) : null
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
function renewalSums({ subtotalMinor }: Sums, coupon: Coupon): Sums {
  const [discountMinor = 0n] = discountParts(coupon, [subtotalMinor])
  return { subtotalMinor, discountMinor, totalMinor: subtotalMinor - discountMinor }
}

function withCoupon(product: Product, priced: PricedSelection, coupon: Coupon): PricedSelection {
  const problem =
    couponProblem(coupon, priced) ??
    (couponFits(coupon, product.id, priced.cycle)
      ? null
      : `The coupon "${coupon.code}" is not for this product or billing cycle.`)
  if (problem) return { ...priced, errors: { ...priced.errors, coupon: problem } }
  const amounts = priced.lines.map((line) => line.amountMinor)
  return withDiscount(priced, coupon, discountParts(coupon, amounts))
}
