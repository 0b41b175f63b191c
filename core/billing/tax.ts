import { divideHalfUp, timesPpm } from '../../sdk/index.ts'
import type { IsoDate } from '../kernel/index.ts'

export interface TaxRule {
  country: string
  region: string | null
  tax_class: string
  name: string
  rate_ppm: number
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
}

const UNTAXED: TaxRate = { name: '', ratePpm: 0 }
const EXEMPT: TaxRate = { name: 'exempt', ratePpm: 0 }

/** The rule of the buyer's region, else of the country, valid on the day; without any rule nothing is due. */
export function taxRateFor(
  rules: readonly TaxRule[],
  buyer: TaxBuyer,
  taxClass: string,
  on: IsoDate,
): TaxRate {
  if (buyer.exempt) return EXEMPT
  const fitting = rules.filter(
    (rule) =>
      rule.country === buyer.country &&
      rule.tax_class === taxClass &&
      (rule.region === null || rule.region === buyer.region) &&
      rule.starts_on <= on &&
      (rule.ends_on === null || on < rule.ends_on),
  )
  const rule = fitting.find((candidate) => candidate.region !== null) ?? fitting[0]
  return rule ? { name: rule.name, ratePpm: rule.rate_ppm } : UNTAXED
}

export interface TaxableLine {
  /** Net or gross, as `inclusive` says. */
  amountMinor: bigint
  rate: TaxRate
}

export interface TaxedLine {
  netMinor: bigint
  taxMinor: bigint
}

export interface TaxGroup extends TaxRate, TaxedLine {}

export interface TaxedDocument {
  lines: TaxedLine[]
  groups: TaxGroup[]
  netMinor: bigint
  taxMinor: bigint
}

/**
 * Tax once per rate, half up, as EN 16931 asks; the lines of a rate then share its tax so that they add up to it:
 * each is rounded alone and the largest one takes the difference.
 */
export function computeTax(lines: readonly TaxableLine[], inclusive: boolean): TaxedDocument {
  const taxed: TaxedLine[] = new Array<TaxedLine>(lines.length)
  const groups: TaxGroup[] = []
  for (const [key, members] of groupByRate(lines)) {
    const rate = lines[members[0]!]!.rate
    const total = members.reduce((sum, i) => sum + lines[i]!.amountMinor, 0n)
    const groupTax = taxOf(total, rate.ratePpm, inclusive)
    const shares = members.map((i) => taxOf(lines[i]!.amountMinor, rate.ratePpm, inclusive))
    giveDifference(shares, members, { lines, groupTax })
    members.forEach((i, n) => (taxed[i] = split(lines[i]!.amountMinor, shares[n]!, inclusive)))
    if (key !== '') groups.push({ ...rate, ...split(total, groupTax, inclusive) })
  }
  // The order in which the tax table is read again, so that its hash can be checked.
  groups.sort((a, b) => b.ratePpm - a.ratePpm || (a.name < b.name ? -1 : 1))
  const netMinor = taxed.reduce((sum, line) => sum + line.netMinor, 0n)
  const taxMinor = taxed.reduce((sum, line) => sum + line.taxMinor, 0n)
  return { lines: taxed, groups, netMinor, taxMinor }
}

/** Lines without a tax name form one group that gets no row in the tax table. */
function groupByRate(lines: readonly TaxableLine[]): Map<string, number[]> {
  const groups = new Map<string, number[]>()
  lines.forEach(({ rate }, i) => {
    const key = rate.name === '' ? '' : `${rate.name} ${rate.ratePpm}`
    const members = groups.get(key)
    if (members) members.push(i)
    else groups.set(key, [i])
  })
  return groups
}

function taxOf(amount: bigint, ratePpm: number, inclusive: boolean): bigint {
  if (ratePpm === 0) return 0n
  return inclusive
    ? divideHalfUp(amount * BigInt(ratePpm), 1_000_000n + BigInt(ratePpm))
    : timesPpm(amount, ratePpm)
}

function split(amount: bigint, tax: bigint, inclusive: boolean): TaxedLine {
  return inclusive ? { netMinor: amount - tax, taxMinor: tax } : { netMinor: amount, taxMinor: tax }
}

function giveDifference(
  shares: bigint[],
  members: readonly number[],
  group: { lines: readonly TaxableLine[]; groupTax: bigint },
): void {
  const difference = group.groupTax - shares.reduce((sum, share) => sum + share, 0n)
  if (difference === 0n) return
  let largest = 0
  members.forEach((member, n) => {
    if (size(group.lines[member]!.amountMinor) > size(group.lines[members[largest]!]!.amountMinor))
      largest = n
  })
  shares[largest] = shares[largest]! + difference
}

const size = (amount: bigint): bigint => (amount < 0n ? -amount : amount)
