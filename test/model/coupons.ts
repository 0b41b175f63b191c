import { halfUp, least, spread, sumOf } from './arithmetic.ts'
import type { ModelLine } from './books.ts'
import type { CouponName, ModelShop } from './history.ts'
import { through, type ModelService } from './service.ts'

/** What the two coupons of a shop take off. */
export class Coupons {
  readonly #shop: Pick<ModelShop, 'percent' | 'fixed'>

  constructor(shop: Pick<ModelShop, 'percent' | 'fixed'>) {
    this.#shop = shop
  }

  /** At the order a percentage is rounded line by line, and a fixed sum is shared by all that is ordered. */
  lowerFirst(name: CouponName, made: readonly { service: ModelService; lines: ModelLine[] }[]): boolean {
    const all = made.flatMap(({ lines }) => lines.map(({ amount }) => amount))
    const whole = BigInt(this.#shop.fixed.minor)
    const taken =
      name === 'percent' ? all.map((amount) => this.off(name, amount)) : spread(least(whole, sumOf(all)), all)
    // Hours are lowered later, also where the order has nothing to lower.
    const isLater = made.some(({ service }) => service.meter)
    if (sumOf(taken) === 0n && !isLater) return false
    const meant = spread(whole, all)
    let at = 0
    for (const { service, lines } of made) {
      const [from, to] = [at, (at += lines.length)]
      const off = sumOf(taken.slice(from, to))
      const carries = off !== 0n || (isLater && (name === 'percent' || sumOf(taken) === 0n))
      if (!carries) continue
      // Set-up is not of the period.
      const own = sumOf(meant.slice(from, to).filter((_, i) => lines[i]!.kind !== 'setup'))
      service.lowered.set(
        through(service),
        name === 'percent' ? (sum) => this.off(name, sum) : (sum) => least(own, sum),
      )
      // A fixed sum goes on with one of them.
      if (name === 'percent' || !made.some((other) => other.service.coupon)) {
        const { cycles } = this.#shop[name]
        service.coupon = name
        service.couponLeft = cycles === null || isLater ? cycles : cycles - 1
      }
      if (off !== 0n) lines.push({ ...lines[0]!, kind: 'discount', amount: -off })
    }
    return true
  }

  /** Later it is taken off the sum of a period. */
  off(name: CouponName, amount: bigint): bigint {
    if (name === 'percent') return halfUp(amount * BigInt(this.#shop.percent.ppm), 1_000_000n)
    return least(BigInt(this.#shop.fixed.minor), amount)
  }
}
