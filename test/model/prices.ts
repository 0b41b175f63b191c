import { halfUp } from './arithmetic.ts'
import type { ModelScheme, ModelShop } from './history.ts'

interface Costs {
  /** The plan for a period, its memory for a period, and setting it up. */
  price: bigint
  memory: bigint
  setup: bigint
}

type Asked = Record<'plan' | 'memory', number> & { cycle: string }

/** What the plans of a shop cost its client today. */
export class Prices {
  readonly #plans: { scheme: ModelScheme | null; prices: Record<string, bigint[]> }[]

  readonly #list: ModelShop['list']
  /** Whether the client is in the group that has the list. */
  #isListed = false

  constructor({ plans, list }: Pick<ModelShop, 'plans' | 'list'>) {
    this.#list = list
    this.#plans = plans.map(({ scheme = null, prices }) => ({
      scheme,
      prices: Object.fromEntries(Object.entries(prices).map(([of, sums]) => [of, sums.map(BigInt)])),
    }))
  }

  of({ plan, cycle, memory }: Asked): Costs {
    const { ppm, ...own } = this.#list
    if (this.#isListed && own.plan === plan && own.cycle === cycle) {
      const [price, unit, setup] = own.sums.map(BigInt) as [bigint, bigint, bigint]
      return { price, setup, memory: unit * BigInt(memory) }
    }
    const less = (sum: bigint) => (this.#isListed ? halfUp(sum * BigInt(1_000_000 - ppm), 1_000_000n) : sum)
    const { scheme, prices } = this.#plans[plan]!
    const [price, unit, setup] = prices[cycle]!.map(less) as [bigint, bigint, bigint]
    return { price, setup, memory: scheme ? schemeSum(scheme, memory, less) : unit * BigInt(memory) }
  }

  group(joins: boolean): void {
    this.#isListed = joins
  }

  set({ plan, cycle, minor }: { plan: number; cycle: string; minor: number }): void {
    this.#plans[plan]!.prices[cycle]![0] = BigInt(minor)
  }
}

/** Unit after unit, as one would count them on a table. */
export function schemeSum(
  { kind, included, size, ...of }: ModelScheme,
  units: number,
  less = (sum: bigint) => sum,
): bigint {
  const lessOf = (sum: number) => Number(less(BigInt(sum)))
  const minimum = lessOf(of.minimum)
  const tiers = of.tiers.map(({ upTo, unit, flat }) => ({ upTo, unit: lessOf(unit), flat: lessOf(flat) }))
  const tierOf = (unit: number) => tiers.find(({ upTo }) => upTo === null || unit <= upTo)!
  let sum = 0
  for (let unit = 1; unit <= units - included; unit++) {
    const { unit: price, flat } = tierOf(unit)
    if (kind === 'graduated') {
      const isFirst = unit === 1 || tierOf(unit - 1) !== tierOf(unit)
      sum += isFirst ? price + flat : price
    }
    // A package begun is a package.
    else if (kind === 'package') sum += (unit - 1) % size === 0 ? price : 0
    // The last unit decides for all of them.
    else sum = kind === 'stairstep' ? flat : unit * price + flat
  }
  return BigInt(units > 0 ? Math.max(sum, minimum) : 0)
}
