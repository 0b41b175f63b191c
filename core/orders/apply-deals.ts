import {
  discountShares,
  linesLeft,
  withDiscount,
  type Bundle,
  type BundleMember,
  type Deals,
  type Discount,
  type Gift,
  type Lasting,
} from '../catalog/index.ts'
import { recurs, type Cycle } from '../kernel/index.ts'
import type { PricedPart } from './price-items.ts'

/**
 * Takes off what products give each other, then what is cheaper together, as often as the parts reach: each part gives
 * once, is given once and belongs to one bundle. Pure, in the order of the deals and of the parts.
 */
export function applyDeals(parts: readonly PricedPart[], deals: Deals, currency: string): PricedPart[] {
  const lowered = [...parts]
  applyGifts(lowered, deals.gifts)
  applyBundles(lowered, deals.bundles, currency)
  return lowered
}

/** A trial has a price of its own and takes part in nothing. */
const mayTake = ({ selection }: PricedPart, cycles: readonly Cycle[]): boolean =>
  selection.trial === null && (cycles.length === 0 || cycles.includes(selection.cycle))

function applyGifts(parts: PricedPart[], gifts: readonly Gift[]): void {
  const given = new Set<number>()
  for (const gift of gifts) {
    for (const [giver, part] of parts.entries()) {
      if (part.product.id !== gift.giverId || !mayTake(part, gift.giverCycles)) continue
      const at = parts.findIndex(
        (one, i) => one.product.id === gift.givenId && !given.has(i) && mayTake(one, gift.givenCycles),
      )
      if (at < 0) break
      given.add(at)
      give(parts, { gift, giver, at })
    }
  }
}

function give(parts: PricedPart[], { gift, giver, at }: { gift: Gift; giver: number; at: number }): void {
  const bond = gift.lasts === 'whole' ? `${gift.id}:${at}` : null
  const part = parts[at]!
  const discount: Discount = { kind: 'percent', percentPpm: gift.percentPpm, amountMinor: null }
  const shares = discountShares(discount, linesLeft(part.selection))
  const selection = withDiscount(part.selection, {
    ...{ cause: 'gift', id: gift.id, label: parts[giver]!.product.name, shares },
    lasting: lastingOf(gift, part, { percentPpm: gift.percentPpm, amountMinor: null }),
    ...(bond === null ? {} : { bond }),
    trace: { gift: gift.id, giver: parts[giver]!.product.id, percent_ppm: gift.percentPpm },
  })
  parts[at] = bonded({ ...part, selection }, bond)
  parts[giver] = bonded(parts[giver]!, bond)
}

const bonded = (part: PricedPart, bond: string | null): PricedPart =>
  bond === null ? part : { ...part, bonds: [...(part.bonds ?? []), bond] }

function applyBundles(parts: PricedPart[], bundles: readonly Bundle[], currency: string): void {
  const taken = new Set<number>()
  for (const bundle of bundles) {
    if (bundle.currency !== null && bundle.currency !== currency) continue
    for (let set = membersIn(parts, bundle, taken); set !== null; set = membersIn(parts, bundle, taken)) {
      for (const i of set) taken.add(i)
      lower(parts, bundle, set)
    }
  }
}

/** Places of one part for each member; null when a member is not there. */
function membersIn(
  parts: readonly PricedPart[],
  bundle: Bundle,
  taken: ReadonlySet<number>,
): number[] | null {
  const found: number[] = []
  for (const member of bundle.members) {
    const at = parts.findIndex((part, i) => !taken.has(i) && !found.includes(i) && isMember(part, member))
    if (at < 0) return null
    found.push(at)
  }
  return found
}

const isMember = (part: PricedPart, { productId, cycles }: BundleMember): boolean =>
  part.product.id === productId && mayTake(part, cycles)

function lower(parts: PricedPart[], bundle: Bundle, set: readonly number[]): void {
  const bond = bundle.lasts === 'whole' ? `${bundle.id}:${set[0]}` : null
  const lines = set.map((i) => linesLeft(parts[i]!.selection))
  const shares = sharesOf(bundle, lines.flat())
  const whole = lastingShares(parts, bundle, set)
  let next = 0
  for (const [n, i] of set.entries()) {
    const part = parts[i]!
    const mine = shares.slice(next, (next += lines[n]!.length))
    const selection = withDiscount(part.selection, {
      ...{ cause: 'bundle', id: bundle.id, label: bundle.name, shares: mine },
      lasting: lastingOf(
        bundle,
        part,
        bundle.kind === 'percent'
          ? { percentPpm: bundle.percentPpm, amountMinor: null }
          : { percentPpm: null, amountMinor: whole[n]! },
      ),
      ...(bond === null ? {} : { bond }),
      trace: { bundle: bundle.id, form: bundle.kind, percent_ppm: bundle.percentPpm },
    })
    parts[i] = bonded({ ...part, selection }, bond)
  }
}

/** A price for all of them is what the products themselves come to; options and set-up stay as they are. */
function sharesOf({ kind, percentPpm, amountMinor }: Bundle, lines: ReturnType<typeof linesLeft>): bigint[] {
  if (kind !== 'price') return discountShares({ kind, percentPpm, amountMinor }, lines)
  const own = lines.map((line) =>
    line.kind === 'recurring' || line.kind === 'once' ? line : { ...line, leftMinor: 0n },
  )
  const whole = own.reduce((sum, { leftMinor }) => sum + leftMinor, 0n)
  const off = whole - (amountMinor ?? 0n)
  return discountShares({ kind: 'fixed', percentPpm: null, amountMinor: off > 0n ? off : 0n }, own)
}

/** What each member loses of a whole period: the first document may charge more or less than one. */
function lastingShares(parts: readonly PricedPart[], bundle: Bundle, set: readonly number[]): bigint[] {
  const listed = set.map((i) => parts[i]!.listed)
  const shares = sharesOf(
    bundle,
    listed.flatMap((selection) => linesLeft(selection)),
  )
  let next = 0
  return listed.map(({ lines }) => {
    const mine = shares.slice(next, (next += lines.length))
    // Set-up is not charged again, so what was taken off it does not last.
    return mine.reduce((sum, share, i) => (lines[i]!.recurs ? sum + share : sum), 0n)
  })
}

/** For the first period alone it lowers no later one, and says what that period is worth when it is given back. */
function lastingOf(
  { lasts }: Pick<Gift | Bundle, 'lasts'>,
  part: PricedPart,
  off: Omit<Lasting, 'periodsLeft'>,
): Lasting | null {
  return recurs(part.selection.cycle) ? { ...off, periodsLeft: lasts === 'whole' ? null : 0 } : null
}
