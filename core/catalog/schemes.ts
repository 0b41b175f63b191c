import { assert } from '../kernel/index.ts'

/**
 * How a quantity becomes a sum, for one period. The names have one meaning each:
 * per_unit: quantity × unit. flat: the fee of its tier, whatever the quantity. graduated: each unit at the price of the
 * tier it falls in, with the fee of every tier that is reached. volume: all units at the price of the tier that the
 * whole quantity falls in, with that tier's fee; the sum can fall as the quantity grows. package: packages begun ×
 * price of one. stairstep: the fee of the tier that the quantity falls in, not multiplied.
 */
export const schemeKinds = ['per_unit', 'flat', 'graduated', 'volume', 'package', 'stairstep'] as const
export type SchemeKind = (typeof schemeKinds)[number]

export interface Tier {
  /** The last unit of the tier; null: without end. The first tier begins above zero. */
  upTo: number | null
  unitMinor: bigint
  flatMinor: bigint
}

export interface Scheme {
  kind: SchemeKind
  /** Units that cost nothing: the scheme prices what is above them. */
  included: number
  /** The least that any quantity above zero costs. */
  minimumMinor: bigint
  /** Units of one package; 1 for every other kind. */
  size: number
  /** One tier for per_unit, flat and package. */
  tiers: readonly Tier[]
}

export interface SchemePart {
  quantity: number
  unitMinor: bigint
  flatMinor: bigint
}

export interface SchemeSum {
  amountMinor: bigint
  /** What the sum is made of, in the order of the tiers. */
  parts: readonly SchemePart[]
  /** Whether the minimum was charged instead. */
  isMinimum: boolean
}

/** What a quantity costs under a scheme. Exact: nothing is rounded. */
export function priceScheme(scheme: Scheme, quantity: number): SchemeSum {
  assert(Number.isSafeInteger(quantity) && quantity >= 0, `the quantity ${quantity} is a whole number`)
  if (quantity === 0) return { amountMinor: 0n, parts: [], isMinimum: false }
  const charged = Math.max(0, quantity - scheme.included)
  const parts = charged === 0 ? [] : partsOf(scheme, charged)
  const sum = parts.reduce((total, part) => total + amountOf(part), 0n)
  const isMinimum = sum < scheme.minimumMinor
  return { amountMinor: isMinimum ? scheme.minimumMinor : sum, parts, isMinimum }
}

export const amountOf = ({ quantity, unitMinor, flatMinor }: SchemePart): bigint =>
  unitMinor * BigInt(quantity) + flatMinor

function partsOf({ kind, tiers, size }: Scheme, quantity: number): SchemePart[] {
  const tier = tierOf(tiers, quantity)
  switch (kind) {
    case 'per_unit':
    case 'volume':
      return [{ quantity, unitMinor: tier.unitMinor, flatMinor: tier.flatMinor }]
    case 'flat':
    case 'stairstep':
      return [{ quantity: 0, unitMinor: 0n, flatMinor: tier.flatMinor }]
    case 'package':
      return [{ quantity: Math.ceil(quantity / size), unitMinor: tier.unitMinor, flatMinor: tier.flatMinor }]
    case 'graduated':
      return graduated(tiers, quantity)
  }
}

function graduated(tiers: readonly Tier[], quantity: number): SchemePart[] {
  const parts: SchemePart[] = []
  let below = 0
  for (const { upTo, unitMinor, flatMinor } of tiers) {
    if (quantity <= below) break
    const last = Math.min(quantity, upTo ?? quantity)
    parts.push({ quantity: last - below, unitMinor, flatMinor })
    below = last
  }
  return parts
}

function tierOf(tiers: readonly Tier[], quantity: number): Tier {
  const tier = tiers.find(({ upTo }) => upTo === null || quantity <= upTo)
  assert(tier, 'the last tier has no end')
  return tier
}

/** Fields that do not fit each other: name → reason. */
export function schemeProblems({
  kind,
  included,
  minimumMinor,
  size,
  tiers,
}: Scheme): Record<string, string> {
  const problems: Record<string, string> = {}
  const steps = kind === 'graduated' || kind === 'volume' || kind === 'stairstep'
  if (tiers.length === 0) problems.tiers = 'needs at least one tier'
  else if (!steps && tiers.length > 1) problems.tiers = `has one tier only, because the kind is ${kind}`
  else if (tiers.at(-1)!.upTo !== null) problems.tiers = 'must end with a tier without "up to"'
  else if (!rises(tiers)) problems.tiers = 'must rise: each "up to" is a whole number above the one before it'
  else if (tiers.some(({ unitMinor, flatMinor }) => unitMinor < 0n || flatMinor < 0n))
    problems.tiers = 'must not be below zero'
  else if ((kind === 'flat' || kind === 'stairstep') && tiers.some(({ unitMinor }) => unitMinor !== 0n))
    problems.tiers = `has a fee and no price by unit, because the kind is ${kind}`
  if (kind !== 'package' && size !== 1) problems.size = 'is for the kind package only'
  if (!Number.isSafeInteger(size) || size < 1) problems.size = 'must be a whole number from 1 on'
  if (!Number.isSafeInteger(included) || included < 0) problems.included = 'must be a whole number from 0 on'
  if (minimumMinor < 0n) problems.minimum = 'must not be below zero'
  return problems
}

const rises = (tiers: readonly Tier[]): boolean =>
  tiers.every(({ upTo }, i) => {
    if (upTo === null) return i === tiers.length - 1
    const before = i === 0 ? 0 : tiers[i - 1]!.upTo
    return Number.isSafeInteger(upTo) && before !== null && upTo > before
  })

/** Quantities at which one unit more lowers the sum, up to the start of the last tier: volume prices do that. */
export function fallsAt(scheme: Scheme): number[] {
  if (scheme.kind !== 'volume' && scheme.kind !== 'stairstep') return []
  return scheme.tiers.flatMap(({ upTo }) => {
    if (upTo === null) return []
    const last = upTo + scheme.included
    return priceScheme(scheme, last + 1).amountMinor < priceScheme(scheme, last).amountMinor ? [last + 1] : []
  })
}

/** Every amount of a scheme through one function, such as the discount of a price list. */
export function mapScheme(scheme: Scheme, change: (minor: bigint) => bigint): Scheme {
  return {
    ...scheme,
    minimumMinor: change(scheme.minimumMinor),
    tiers: scheme.tiers.map(({ upTo, unitMinor, flatMinor }) => ({
      upTo,
      unitMinor: change(unitMinor),
      flatMinor: change(flatMinor),
    })),
  }
}

interface StoredScheme {
  kind: SchemeKind
  included: number
  minimum: string
  size: number
  tiers: { up_to: number | null; unit: string; flat: string }[]
}

/** As JSON in a column: minor units are text, so that no reader loses digits. Always in this order, so equal is equal. */
export function storeScheme({ kind, included, minimumMinor, size, tiers }: Scheme): string {
  const stored: StoredScheme = {
    ...{ kind, included, minimum: minimumMinor.toString(), size },
    tiers: tiers.map(({ upTo, unitMinor, flatMinor }) => ({
      ...{ up_to: upTo, unit: unitMinor.toString(), flat: flatMinor.toString() },
    })),
  }
  return JSON.stringify(stored)
}

export function readScheme(text: string): Scheme {
  const { kind, included, minimum, size, tiers } = JSON.parse(text) as StoredScheme
  return {
    ...{ kind, included, minimumMinor: BigInt(minimum), size },
    tiers: tiers.map(({ up_to, unit, flat }) => ({
      ...{ upTo: up_to, unitMinor: BigInt(unit), flatMinor: BigInt(flat) },
    })),
  }
}

/** "graduated: 10 × 100 + 2 × 80 + 500" in minor units, for the trace of a line. */
export function schemeTrace(scheme: Scheme, { parts, isMinimum, amountMinor }: SchemeSum): string {
  const shown = parts.map(({ quantity, unitMinor, flatMinor }) => {
    const units = quantity === 0 ? [] : [`${quantity} × ${unitMinor}`]
    return [...units, ...(flatMinor === 0n ? [] : [flatMinor.toString()])].join(' + ') || '0'
  })
  const free = scheme.included === 0 ? '' : `, ${scheme.included} included`
  const least = isMinimum ? `, minimum ${amountMinor}` : ''
  return `${scheme.kind}: ${shown.join(' + ') || '0'}${free}${least}`
}
