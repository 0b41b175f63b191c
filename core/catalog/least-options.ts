import { allHold, decidersFirst, decidersOf, type Picked, type PickedFor } from './conditions.ts'
import { chargeFor, chargeOf, type PriceTerms } from './prices.ts'
import type { Condition, Option } from './product.ts'

/** A way to choose an option, and what it costs for one period. */
interface Way {
  picked: Picked | null
  minor: bigint
}

/**
 * The least that options add to a product: the cheapest choice of all that cannot be left out. Null when there is none
 * that is sold on these terms.
 */
export function leastOptions(options: readonly Option[], terms: PriceTerms): bigint | null {
  const sold = decidersFirst(options.filter(({ retiredAt }) => !retiredAt))
  const deciders = new Set(sold.flatMap(decidersOf))
  const openers = openersOf(sold)
  const picks = new Map<string, Picked | null>()
  const pickedFor: PickedFor = (key) => picks.get(key) ?? null
  let best: bigint | null = null
  const search = (at: number, minor: bigint): void => {
    if (best !== null && minor >= best) return
    const option = sold[at]
    if (!option) return void (best = minor)
    const { key } = option
    const ways = waysOf(option, { terms, pickedFor, isOpener: openers.has(key), tests: testsOf(key, sold) })
    const tried = deciders.has(key) ? ways : ways.slice(0, 1)
    for (const way of tried) {
      picks.set(key, way.picked)
      search(at + 1, minor + way.minor)
    }
    picks.delete(key)
  }
  search(0, 0n)
  return best
}

/**
 * Options whose choice can bring up a cheaper value of another: those that values wait for, and those that they wait
 * for in turn. Anything else is cheapest left out, since what it brings up costs at most more.
 */
function openersOf(sold: readonly Option[]): ReadonlySet<string> {
  const openers = new Set(
    sold.flatMap(({ values }) => values.flatMap(({ conditions }) => conditions.map(({ option }) => option))),
  )
  for (const option of sold.toReversed())
    if (openers.has(option.key)) for (const key of decidersOf(option)) openers.add(key)
  return openers
}

const testsOf = (key: string, sold: readonly Option[]): Condition[] =>
  sold
    .flatMap(({ conditions, values }) => [...conditions, ...values.flatMap((value) => value.conditions)])
    .filter(({ option }) => option === key)

interface Asked {
  terms: PriceTerms
  pickedFor: PickedFor
  isOpener: boolean
  tests: readonly Condition[]
}

/** The cheapest first. */
function waysOf(option: Option, asked: Asked): Way[] {
  const none: Way = { picked: null, minor: 0n }
  if (!allHold(option.conditions, asked.pickedFor)) return [none]
  const hasValues = option.kind === 'list' || option.kind === 'radio'
  const values = hasValues ? valuesOf(option, asked.pickedFor) : []
  if (hasValues && values.length === 0 && option.values.some(({ conditions }) => conditions.length > 0))
    return [none]
  const isForced = option.required || (option.minimum ?? 0) > 0
  if (!isForced && !asked.isOpener) return [none]
  const ways = hasValues
    ? values.flatMap(({ key, prices }) => wayOf(prices, { value: key, quantity: 1 }, asked.terms))
    : numbersOf(option, asked.tests).flatMap((quantity) =>
        wayOf(option.prices, { value: String(quantity), quantity }, asked.terms),
      )
  return [...(isForced ? [] : [none]), ...ways].toSorted((a, b) => Number(a.minor - b.minor))
}

const valuesOf = ({ values }: Option, pickedFor: PickedFor) =>
  values.filter(({ retiredAt, conditions }) => !retiredAt && allHold(conditions, pickedFor))

function wayOf(prices: Option['prices'], picked: Picked, terms: PriceTerms): Way[] {
  const charge = chargeFor(prices, terms)
  return charge ? [{ picked, minor: chargeOf(charge, picked.quantity).sumMinor }] : []
}

/** The least number, and the least ones on both sides of each number that a condition names. */
function numbersOf({ kind, minimum, maximum, step }: Option, tests: readonly Condition[]): number[] {
  if (kind === 'checkbox') return [1]
  const [low, by] = [minimum ?? 0, step ?? 1]
  const from = (least: number) => (least <= low ? low : low + Math.ceil((least - low) / by) * by)
  const named = tests.flatMap(({ is, one_of = [], at_least = [] }) => [is ?? [], one_of, at_least].flat())
  const least = named.map(Number).flatMap((number) => [number, number + 1])
  const reached = [1, ...least].map(from)
  return [...new Set(reached)].filter((number) => maximum === null || number <= maximum)
}
