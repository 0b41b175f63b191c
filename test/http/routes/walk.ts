import type { RouteCase } from './route-case.ts'
import { openRoute, type KeptCounter, type Opened } from './open-route.ts'
import type { RouteShop } from './shop.ts'

/** How many rows the shop has of everything, one size after the other. */
export const SIZES = [1, 25, 100] as const
/** What a page may cost, however much it shows. */
export const STATEMENTS_MAX = 12

export interface Walked {
  route: RouteCase
  /** One answer for each size. */
  answers: readonly Opened[]
}

/** Opens every case while the shop grows. */
export async function walkRoutes(
  shop: RouteShop,
  cases: readonly RouteCase[],
  counter: KeptCounter,
): Promise<Walked[]> {
  const walked = cases.map((route) => ({ route, answers: [] as Opened[] }))
  for (const size of SIZES) {
    if (size > 1) await shop.grow(size)
    for (const { route, answers } of walked) answers.push(await openRoute(shop, route, counter))
  }
  return walked
}
