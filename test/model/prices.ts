import type { ModelScheme, ModelShop } from './history.ts'

interface Costs {
  /** The plan for a period, its memory for a period, and setting it up. */
  price: bigint
  memory: bigint
  setup: bigint
}

/** What the plans of a shop cost today. */
export class Prices {
  readonly #plans: { scheme: ModelScheme | null; prices: Record<string, bigint[]> }[]

  constructor({ plans }: Pick<ModelShop, 'plans'>) {
    this.#plans = plans.map(({ scheme = null, prices }) => ({
      scheme,
      prices: Object.fromEntries(Object.entries(prices).map(([of, sums]) => [of, sums.map(BigInt)])),
    }))
  }

  of({ plan, cycle, memory }: { plan: number; cycle: string; memory: number }): Costs {
    const { scheme, prices } = this.#plans[plan]!
    const [price, unit, setup] = prices[cycle] as [bigint, bigint, bigint]
    return { price, setup, memory: scheme ? schemeSum(scheme, memory) : unit * BigInt(memory) }
  }

  set({ plan, cycle, minor }: { plan: number; cycle: string; minor: number }): void {
    this.#plans[plan]!.prices[cycle]![0] = BigInt(minor)
  }
}

/** Unit after unit, as one would count them on a table. */
export function schemeSum({ kind, included, minimum, size, tiers }: ModelScheme, units: number): bigint {
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
