import { divideFloor, divideHalfUp } from '../../sdk/index.ts'
import { refuseTooLarge } from './sum-limit.ts'

/** How a line is treated; the categories of EN 16931 follow from it. */
export const treatments = [
  'standard',
  'zero_rated',
  'exempt',
  'reverse_charge',
  'export',
  'out_of_scope',
] as const
export type Treatment = (typeof treatments)[number]

export interface TaxRate {
  name: string
  ratePpm: number
  /** Absent on the first level. */
  level?: number
  /** Taken on the net sum and the taxes of the levels before it. */
  compound?: boolean
  /** Absent: the ordinary one. */
  treatment?: Treatment
  /** The country whose tax it is; absent where a plugin has determined it. */
  owedTo?: string
  /** The part of the price that is taxed, when it is not the whole. */
  base?: { numerator: number; denominator: number }
  /** Base and tax are whole units of the currency. */
  whole?: boolean
  /** What is less than a unit is dropped. */
  down?: boolean
  /** Sentences that the law wants on the document, by language. */
  notes?: Readonly<Record<string, string>>
  /** The certificate for which nothing is due. */
  certificate?: { number: string; authority: string }
}

export interface TaxableLine {
  /** Net or gross, as `inclusive` says. */
  amountMinor: bigint
  taxes: readonly TaxRate[]
}

export interface TaxedLine {
  netMinor: bigint
  taxMinor: bigint
}

/** What each of a line's taxes takes of it, in the order of its rates. */
export interface SharedLine extends TaxedLine {
  partsMinor: bigint[]
}

/** A row of the tax table: `netMinor` is what the tax was taken on, for a compound one with the taxes before it. */
export interface TaxGroup extends TaxRate, TaxedLine {}

export interface TaxedDocument {
  lines: SharedLine[]
  groups: TaxGroup[]
  netMinor: bigint
  taxMinor: bigint
}

/** What a buyer who owes no tax pays of a price that holds it: the price less the tax of home, or as it stands. */
export type UntaxedPrice = 'net' | 'stated'

export type RoundingPlace = 'document' | 'line'

export interface TaxRounding {
  /** Where tax is rounded: once for each rate of a document, as EN 16931 asks, or for each line. */
  by: RoundingPlace
  /** A whole unit of the currency in minor units, for taxes that are due in whole units. */
  wholeMinor: bigint
}

export const BY_DOCUMENT: TaxRounding = { by: 'document', wholeMinor: 1n }

/**
 * Net prices: each tax once a document, half up, as EN 16931 asks. Gross prices: each tax once for all lines that bear
 * the same taxes, half up out of the gross sum, and net is what is left. The lines of a tax then share it so that they
 * add up to it: each is rounded alone and the largest one takes the difference. Rounded by line, each line is a
 * document of its own.
 */
export function computeTax(
  lines: readonly TaxableLine[],
  inclusive: boolean,
  rounding: TaxRounding = BY_DOCUMENT,
): TaxedDocument {
  refuseTooLarge(lines)
  const parts = lines.map(({ taxes }) => taxes.map(() => 0n))
  for (const { rates, members } of poolsOf(lines, inclusive, rounding.by)) {
    const { at } = members[0]!
    const portion = inclusive ? grossPortion(rates, at, rounding) : netPortion(rates[at]!, rounding)
    const bases = members.map(({ line, at: place }) =>
      inclusive
        ? lines[line]!.amountMinor
        : baseOf(lines[line]!.amountMinor, lines[line]!.taxes, parts[line]!, place),
    )
    const shares = bases.map(portion)
    giveDifference(shares, bases, portion(sumOf(bases)))
    members.forEach(({ line, at: place }, n) => (parts[line]![place] = shares[n]!))
  }
  const taxed = lines.map(({ amountMinor }, i) => {
    const partsMinor = parts[i]!
    const taxMinor = sumOf(partsMinor)
    return { netMinor: inclusive ? amountMinor - taxMinor : amountMinor, taxMinor, partsMinor }
  })
  return {
    lines: taxed,
    groups: taxTable(lines, taxed, rounding),
    netMinor: taxed.reduce((sum, line) => sum + line.netMinor, 0n),
    taxMinor: taxed.reduce((sum, line) => sum + line.taxMinor, 0n),
  }
}

/** Lines whose tax is computed and rounded as one, and where among a line's taxes it stands. */
interface Pool {
  level: number
  rates: readonly TaxRate[]
  members: { line: number; at: number }[]
}

/** The first levels come first, because a compound tax is taken on them, too. */
function poolsOf(lines: readonly TaxableLine[], inclusive: boolean, by: RoundingPlace): Pool[] {
  const pools = new Map<string, Pool>()
  lines.forEach(({ taxes }, line) => {
    taxes.forEach((rate, at) => {
      const level = rate.level ?? 1
      const alike = inclusive ? taxes.map(keyOf).join('+') : keyOf(rate)
      const key = `${level} ${by === 'line' ? line : ''} ${alike}`
      const pool = pools.get(key)
      if (pool) pool.members.push({ line, at })
      else pools.set(key, { level, rates: taxes, members: [{ line, at }] })
    })
  })
  return [...pools.values()].sort((a, b) => a.level - b.level)
}

const keyOf = ({ name, ratePpm, compound, treatment, base }: TaxRate): string =>
  `${name} ${ratePpm}${compound ? ' compound' : ''} ${treatment ?? ''} ${base ? `${base.numerator}/${base.denominator}` : ''}`

const PPM = 1_000_000n

/** Rounds a fraction as the tax asks: to minor or whole units, half up or down towards zero. */
function roundedBy(
  { whole, down }: TaxRate,
  { wholeMinor }: TaxRounding,
): (numerator: bigint, denominator: bigint) => bigint {
  const unit = whole ? wholeMinor : 1n
  if (!down) return (numerator, denominator) => unit * divideHalfUp(numerator, denominator * unit)
  return (numerator, denominator) => {
    const size = unit * divideFloor(numerator < 0n ? -numerator : numerator, denominator * unit)
    return numerator < 0n ? -size : size
  }
}

/** Two steps where a part of the price is taxed: first that part, then the tax on it, each rounded. */
function netPortion(rate: TaxRate, rounding: TaxRounding): (base: bigint) => bigint {
  if (rate.ratePpm === 0) return () => 0n
  const rounded = roundedBy(rate, rounding)
  const taxed = taxedPart(rate, rounding)
  return (base) => rounded(taxed(base) * BigInt(rate.ratePpm), PPM)
}

function taxedPart(rate: TaxRate, rounding: TaxRounding): (netMinor: bigint) => bigint {
  if (!rate.base) return (netMinor) => netMinor
  const rounded = roundedBy(rate, rounding)
  const [numerator, denominator] = [BigInt(rate.base.numerator), BigInt(rate.base.denominator)]
  return (netMinor) => rounded(netMinor * numerator, denominator)
}

/** What one of the taxes takes out of a gross sum that holds all of them. */
function grossPortion(
  rates: readonly TaxRate[],
  at: number,
  rounding: TaxRounding,
): (base: bigint) => bigint {
  if (rates[at]!.ratePpm === 0) return () => 0n
  const alone = wholeTax(rates, rounding)
  if (alone) return (grossMinor) => alone.taxOn(alone.netWithin(grossMinor))
  const rounded = roundedBy(rates[at]!, rounding)
  const shares = sharesOfNet(rates)
  const { n, d } = shares[at]!
  const whole = shares.reduce(plus, { n: 1n, d: 1n })
  return (base) => rounded(base * n * whole.d, d * whole.n)
}

/** A tax in whole units that a line bears alone, rounded by line: its net sum is found, so that base and tax fit it. */
function wholeTax(rates: readonly TaxRate[], rounding: TaxRounding) {
  const [rate, ...others] = rates
  if (!rate?.whole || rate.ratePpm === 0 || others.length > 0 || rounding.by !== 'line') return null
  const taxOn = netPortion(rate, rounding)
  const { n, d } = sharesOfNet(rates)[0]!
  const unit = rounding.wholeMinor
  const netWithin = (grossMinor: bigint): bigint => {
    if (grossMinor < 0n) return -netWithin(-grossMinor)
    let net = unit * divideFloor(grossMinor * d, (d + n) * unit)
    while (net + unit + taxOn(net + unit) <= grossMinor) net += unit
    while (net + taxOn(net) > grossMinor) net -= unit
    return net
  }
  return { taxOn, netWithin }
}

/**
 * The sum that a gross price comes to. A tax in whole units leaves out every tenth sum or so: no net sum and the tax on
 * it, each rounded, make Rp 5,000. Such a price, and one with a fraction of a unit, is the next smaller sum that is made,
 * on both sides of zero: what is given back mirrors what was charged.
 */
export function reachableGross(grossMinor: bigint, rates: readonly TaxRate[], rounding: TaxRounding): bigint {
  const whole = wholeTax(rates, rounding)
  if (!whole) return grossMinor
  const net = whole.netWithin(grossMinor)
  return net + whole.taxOn(net)
}

interface Fraction {
  n: bigint
  d: bigint
}

const plus = (a: Fraction, b: Fraction): Fraction =>
  a.d === b.d ? { n: a.n + b.n, d: a.d } : { n: a.n * b.d + b.n * a.d, d: a.d * b.d }

/** What each tax makes of a net sum of one, not rounded. */
function sharesOfNet(rates: readonly TaxRate[]): Fraction[] {
  const shares: Fraction[] = []
  rates.forEach(({ ratePpm, compound, base }) => {
    const own = {
      n: BigInt(ratePpm) * BigInt(base?.numerator ?? 1),
      d: PPM * BigInt(base?.denominator ?? 1),
    }
    const on = compound ? shares.reduce(plus, { n: 1n, d: 1n }) : { n: 1n, d: 1n }
    shares.push({ n: own.n * on.n, d: own.d * on.d })
  })
  return shares
}

/** What a tax is taken on: the net sum, for a compound one with the taxes of the levels before it. */
function baseOf(
  netMinor: bigint,
  taxes: readonly TaxRate[],
  partsMinor: readonly bigint[],
  at: number,
): bigint {
  return taxes[at]!.compound ? netMinor + sumOf(partsMinor.slice(0, at)) : netMinor
}

function giveDifference(shares: bigint[], bases: readonly bigint[], whole: bigint): void {
  const difference = whole - sumOf(shares)
  if (difference === 0n) return
  let largest = 0
  bases.forEach((base, n) => {
    if (size(base) > size(bases[largest]!)) largest = n
  })
  shares[largest] = shares[largest]! + difference
}

/** A row for each tax of the lines, with what it was taken on. */
export function taxTable(
  lines: readonly Pick<TaxableLine, 'taxes'>[],
  taxed: readonly SharedLine[],
  rounding: TaxRounding = BY_DOCUMENT,
): TaxGroup[] {
  const table = new Map<string, TaxGroup>()
  lines.forEach(({ taxes }, i) => {
    const { netMinor, partsMinor } = taxed[i]!
    taxes.forEach((rate, at) => {
      const key = `${rate.name} ${rate.ratePpm}`
      const group = table.get(key) ?? { ...rate, netMinor: 0n, taxMinor: 0n }
      const on = baseOf(netMinor, taxes, partsMinor, at)
      group.netMinor += rounding.by === 'line' ? taxedPart(rate, rounding)(on) : on
      group.taxMinor += partsMinor[at]!
      table.set(key, group)
    })
  })
  const groups = [...table.values()].map((group) =>
    rounding.by === 'line' ? group : { ...group, netMinor: taxedPart(group, rounding)(group.netMinor) },
  )
  // The order in which the tax table is read again, so that its hash can be checked.
  return groups.sort(
    (a, b) => (a.level ?? 1) - (b.level ?? 1) || b.ratePpm - a.ratePpm || (a.name < b.name ? -1 : 1),
  )
}

const sumOf = (amounts: readonly bigint[]): bigint => amounts.reduce((sum, amount) => sum + amount, 0n)
const size = (amount: bigint): bigint => (amount < 0n ? -amount : amount)
