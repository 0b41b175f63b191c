import { divideHalfUp, timesPpm } from '../../sdk/index.ts'
import type { IsoDate } from '../kernel/index.ts'

export interface TaxRule {
  country: string
  region: string | null
  tax_class: string
  name: string
  rate_ppm: number
  /** 1 or 2. Of each level the buyer pays one tax: the region's rule stands in for its country's. */
  level: number
  /** 1: a second level that is taken on the net sum and the tax of the first. */
  compound: number
  starts_on: IsoDate
  ends_on: IsoDate | null
}

/** Where and who the buyer is, as far as tax asks. */
export interface TaxBuyer {
  country: string
  region: string | null
  exempt: boolean
}

export interface TaxRate {
  name: string
  ratePpm: number
  /** Absent on the first level. */
  level?: number
  compound?: boolean
}

const EXEMPT: readonly TaxRate[] = [{ name: 'exempt', ratePpm: 0 }]
const LEVELS = [1, 2] as const

/**
 * The taxes that a line bears, by level: of each level the rule of the buyer's region, else of the country, valid on
 * the day. Without any rule nothing is due.
 */
export function taxesFor(
  rules: readonly TaxRule[],
  buyer: TaxBuyer,
  taxClass: string,
  on: IsoDate,
): readonly TaxRate[] {
  if (buyer.exempt) return EXEMPT
  const fitting = rules.filter(
    (rule) =>
      rule.country === buyer.country &&
      rule.tax_class === taxClass &&
      (rule.region === null || rule.region === buyer.region) &&
      rule.starts_on <= on &&
      (rule.ends_on === null || on < rule.ends_on),
  )
  return LEVELS.flatMap((level) => {
    const ofLevel = fitting.filter((rule) => rule.level === level)
    const rule = ofLevel.find((candidate) => candidate.region !== null) ?? ofLevel[0]
    return rule ? [rateOf(rule)] : []
  })
}

function rateOf(rule: TaxRule): TaxRate {
  const rate = { name: rule.name, ratePpm: rule.rate_ppm }
  return rule.level === 1 ? rate : { ...rate, level: rule.level, compound: rule.compound === 1 }
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

/** A row of the tax table: `netMinor` is what the tax was taken on, for a compound one with the first tax in it. */
export interface TaxGroup extends TaxRate, TaxedLine {}

export interface TaxedDocument {
  lines: SharedLine[]
  groups: TaxGroup[]
  netMinor: bigint
  taxMinor: bigint
}

/**
 * Net prices: each tax once a document, half up, as EN 16931 asks. Gross prices: each tax once for all lines that bear
 * the same taxes, half up out of the gross sum, and net is what is left. The lines of a tax then share it so that they
 * add up to it: each is rounded alone and the largest one takes the difference.
 */
export function computeTax(lines: readonly TaxableLine[], inclusive: boolean): TaxedDocument {
  const parts = lines.map(({ taxes }) => taxes.map(() => 0n))
  for (const { rates, members } of poolsOf(lines, inclusive)) {
    const portion = inclusive ? grossPortion(rates, members[0]!.at) : netPortion(rates[members[0]!.at]!)
    const bases = members.map(({ line, at }) =>
      inclusive
        ? lines[line]!.amountMinor
        : baseOf(lines[line]!.amountMinor, lines[line]!.taxes[at]!, parts[line]!),
    )
    const shares = bases.map(portion)
    giveDifference(shares, bases, portion(sumOf(bases)))
    members.forEach(({ line, at }, n) => (parts[line]![at] = shares[n]!))
  }
  const taxed = lines.map(({ amountMinor }, i) => {
    const partsMinor = parts[i]!
    const taxMinor = sumOf(partsMinor)
    return { netMinor: inclusive ? amountMinor - taxMinor : amountMinor, taxMinor, partsMinor }
  })
  return {
    lines: taxed,
    groups: taxTable(lines, taxed),
    netMinor: taxed.reduce((sum, line) => sum + line.netMinor, 0n),
    taxMinor: taxed.reduce((sum, line) => sum + line.taxMinor, 0n),
  }
}

/** Lines whose tax is computed and rounded as one, and where among a line's taxes it stands. */
interface Pool {
  rates: readonly TaxRate[]
  members: { line: number; at: number }[]
}

/** The first level comes first, because a compound tax is taken on it, too. */
function poolsOf(lines: readonly TaxableLine[], inclusive: boolean): Pool[] {
  const levels: Map<string, Pool>[] = LEVELS.map(() => new Map<string, Pool>())
  lines.forEach(({ taxes }, line) => {
    taxes.forEach((rate, at) => {
      const pools = levels[(rate.level ?? 1) - 1]!
      const key = inclusive ? taxes.map(keyOf).join('+') : keyOf(rate)
      const pool = pools.get(key)
      if (pool) pool.members.push({ line, at })
      else pools.set(key, { rates: taxes, members: [{ line, at }] })
    })
  })
  return levels.flatMap((pools) => [...pools.values()])
}

const keyOf = (rate: TaxRate): string => `${rate.name} ${rate.ratePpm}${rate.compound ? ' compound' : ''}`

const PPM = 1_000_000n

function netPortion({ ratePpm }: TaxRate): (base: bigint) => bigint {
  return ratePpm === 0 ? () => 0n : (base) => timesPpm(base, ratePpm)
}

/** What one of the taxes takes out of a gross sum that holds all of them. */
function grossPortion(rates: readonly TaxRate[], at: number): (base: bigint) => bigint {
  const rate = BigInt(rates[at]!.ratePpm)
  if (rate === 0n) return () => 0n
  const compound = rates.find((other) => other.compound)
  if (!compound || rates.length === 1) {
    const whole = rates.reduce((sum, { ratePpm }) => sum + BigInt(ratePpm), PPM)
    return (base) => divideHalfUp(base * rate, whole)
  }
  const second = PPM + BigInt(compound.ratePpm)
  if (rates[at] === compound) return (base) => divideHalfUp(base * rate, second)
  return (base) => divideHalfUp(base * rate * PPM, (PPM + rate) * second)
}

/** What a tax is taken on: the net sum, for a compound one with the tax of the first level. */
function baseOf(netMinor: bigint, rate: TaxRate, partsMinor: readonly bigint[]): bigint {
  return rate.compound && partsMinor.length > 1 ? netMinor + partsMinor[0]! : netMinor
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
): TaxGroup[] {
  const table = new Map<string, TaxGroup>()
  lines.forEach(({ taxes }, i) => {
    const { netMinor, partsMinor } = taxed[i]!
    taxes.forEach((rate, at) => {
      const key = `${rate.name} ${rate.ratePpm}`
      const group = table.get(key) ?? { ...rate, netMinor: 0n, taxMinor: 0n }
      group.netMinor += baseOf(netMinor, rate, partsMinor)
      group.taxMinor += partsMinor[at]!
      table.set(key, group)
    })
  })
  // The order in which the tax table is read again, so that its hash can be checked.
  return [...table.values()].sort(
    (a, b) => (a.level ?? 1) - (b.level ?? 1) || b.ratePpm - a.ratePpm || (a.name < b.name ? -1 : 1),
  )
}

const sumOf = (amounts: readonly bigint[]): bigint => amounts.reduce((sum, amount) => sum + amount, 0n)
const size = (amount: bigint): bigint => (amount < 0n ? -amount : amount)
