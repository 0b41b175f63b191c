import {
  allHold,
  conditionsOn,
  decidersFirst,
  decidersOf,
  type Picked,
  type PickedFor,
} from './conditions.ts'
import { chargeFor, chargeOf, type PriceTerms } from './prices.ts'
import type { Condition, Option } from './product.ts'

/** A way to choose an option, and what it costs for one period. */
interface Way {
  picked: Picked | null
  minor: bigint
}

/** So many states of choices are compared, on a page that anybody may open; about 20 ms. */
const STEPS = 1_000

/**
 * The least that options add to a product: the cheapest choice of all that cannot be left out. Null when there is none
 * that is sold on these terms. Where more than `steps` states decide on each other, it is a bound below: the least may
 * be more, never less.
 */
export function leastOptions(options: readonly Option[], terms: PriceTerms, steps = STEPS): bigint | null {
  const sold = decidersFirst(options.filter(({ retiredAt }) => !retiredAt))
  const openers = openersOf(sold)
  // Anything else is cheapest left out, and what waits for it then is so too.
  const counted = sold.filter((option) => isForced(option) || openers.has(option.key))
  const tests = Map.groupBy(counted.flatMap(conditionsOn), ({ option }) => option)
  const asked = { terms, tests, left: { steps } }
  return groupsOf(counted).reduce<bigint | null>((sum, group) => plus(sum, leastOf(group, asked)), 0n)
}

const plus = (a: bigint | null, b: bigint | null): bigint | null => (a === null || b === null ? null : a + b)

const less = (a: bigint | null, b: bigint | null): bigint | null =>
  a === null || (b !== null && b < a) ? b : a

const isForced = ({ required, minimum }: Option): boolean => required || (minimum ?? 0) > 0

/**
 * Options whose choice can bring up a cheaper value of another: those that values wait for, and those that they wait
 * for in turn.
 */
function openersOf(sold: readonly Option[]): ReadonlySet<string> {
  const openers = new Set(sold.flatMap(({ values }) => decidersOf({ key: '', conditions: [], values })))
  for (const option of sold.toReversed())
    if (openers.has(option.key)) for (const key of decidersOf(option)) openers.add(key)
  return openers
}

/** Options that wait for each other stand in one group, in their order; no group changes what another costs. */
function groupsOf(options: readonly Option[]): Option[][] {
  const keys = new Set(options.map(({ key }) => key))
  const groupOf = new Map<string, string>()
  for (const option of options) {
    const near = decidersOf(option).filter((key) => keys.has(key))
    const joined = new Set(near.map((key) => groupOf.get(key)))
    for (const [key, group] of groupOf) if (joined.has(group)) groupOf.set(key, option.key)
    groupOf.set(option.key, option.key)
  }
  return [...Map.groupBy(options, ({ key }) => groupOf.get(key)).values()]
}

interface Asked {
  terms: PriceTerms
  /** Of an option, by its key: all conditions that name it. */
  tests: ReadonlyMap<string, readonly Condition[]>
  left: { steps: number }
}

/** Each state is worked out once: all choices that leave the same open cost the same from there on. */
function leastOf(group: readonly Option[], asked: Asked): bigint | null {
  const known = new Map<string, bigint | null>()
  const picks = new Map<string, Picked | null>()
  const pickedFor: PickedFor = (key) => picks.get(key) ?? null
  const decided = decidedBefore(group)
  const floors = floorsOf(group, asked)
  const search = (at: number): bigint | null => {
    const option = group[at]
    if (!option) return 0n
    const state = `${at} ${decided[at]!.map((conditions) => Number(allHold(conditions, pickedFor))).join('')}`
    const found = known.get(state)
    if (found !== undefined) return found
    if (asked.left.steps-- <= 0) return floors[at]!
    let least: bigint | null = null
    for (const { picked, minor } of toldApart(
      waysOf(option, asked, pickedFor),
      asked.tests.get(option.key),
    )) {
      picks.set(option.key, picked)
      least = less(least, plus(minor, search(at + 1)))
    }
    picks.delete(option.key)
    known.set(state, least)
    return least
  }
  return search(0)
}

/** At each place: of every option and value from there on, those of its conditions that were decided before. */
function decidedBefore(group: readonly Option[]): Condition[][][] {
  return group.map((_option, at) => {
    const open = new Set(group.slice(at).map(({ key }) => key))
    const bearers = group.slice(at).flatMap((option) => [option, ...option.values])
    return bearers
      .map(({ conditions }) => conditions.filter(({ option }) => !open.has(option)))
      .filter((conditions) => conditions.length > 0)
  })
}

/** At each place: what the options from there on cost at least, whatever is chosen. */
function floorsOf(group: readonly Option[], asked: Asked): (bigint | null)[] {
  const floors: (bigint | null)[] = []
  group.reduceRight<bigint | null>((sum, option, at) => (floors[at] = plus(sum, floorOf(option, asked))), 0n)
  return floors
}

function floorOf(option: Option, asked: Asked): bigint | null {
  const sold = option.values.filter(({ retiredAt }) => !retiredAt)
  const isAlways = option.conditions.length === 0 && isForced(option)
  const mayBeEmpty = hasValues(option) && option.values.some(({ conditions }) => conditions.length > 0)
  if (!isAlways || (mayBeEmpty && sold.every(({ conditions }) => conditions.length > 0))) return 0n
  return pricedWays(option, sold, asked).reduce<bigint | null>((least, { minor }) => less(least, minor), null)
}

/** Of the ways that no condition tells apart, the cheapest. */
function toldApart(ways: readonly Way[], tests: readonly Condition[] = []): Way[] {
  const kept = new Map<string, Way>()
  for (const way of ways) {
    const told = tests.map((test) => Number(allHold([test], () => way.picked))).join('')
    const other = kept.get(told)
    if (!other || way.minor < other.minor) kept.set(told, way)
  }
  return [...kept.values()]
}

const hasValues = ({ kind }: Option): boolean => kind === 'list' || kind === 'radio'

function waysOf(option: Option, asked: Asked, pickedFor: PickedFor): Way[] {
  const none: Way = { picked: null, minor: 0n }
  if (!allHold(option.conditions, pickedFor)) return [none]
  const values = option.values.filter(
    ({ retiredAt, conditions }) => !retiredAt && allHold(conditions, pickedFor),
  )
  const isEmpty = hasValues(option) && values.length === 0
  if (isEmpty && option.values.some(({ conditions }) => conditions.length > 0)) return [none]
  return [...(isForced(option) ? [] : [none]), ...pricedWays(option, values, asked)]
}

function pricedWays(option: Option, values: Option['values'], { terms, tests }: Asked): Way[] {
  if (hasValues(option))
    return values.flatMap(({ key, prices }) => wayOf(prices, { value: key, quantity: 1 }, terms))
  return numbersOf(option, tests.get(option.key)).flatMap((quantity) =>
    wayOf(option.prices, { value: String(quantity), quantity }, terms),
  )
}

function wayOf(prices: Option['prices'], picked: Picked, terms: PriceTerms): Way[] {
  const charge = chargeFor(prices, terms)
  return charge ? [{ picked, minor: chargeOf(charge, picked.quantity).sumMinor }] : []
}

/** The least number, and the least ones on both sides of each number that a condition names. */
function numbersOf({ kind, minimum, maximum, step }: Option, tests: readonly Condition[] = []): number[] {
  if (kind === 'checkbox') return [1]
  const [low, by] = [minimum ?? 0, step ?? 1]
  const from = (least: number) => (least <= low ? low : low + Math.ceil((least - low) / by) * by)
  const named = tests.flatMap(({ is, one_of = [], at_least = [] }) => [is ?? [], one_of, at_least].flat())
  const least = named.map(Number).flatMap((number) => [number, number + 1])
  const reached = [1, ...least].map(from)
  return [...new Set(reached)].filter((number) => maximum === null || number <= maximum)
}
