import { list, sql, type Queries } from '../db/index.ts'
import type { Coupon } from './plan-periods.ts'

/** The coupons that still lower something of these services, by id. */
export async function couponsOf(
  queries: Queries,
  services: readonly { coupon_id: string | null; coupon_cycles_left: number | null }[],
): Promise<Map<string, Coupon>> {
  const ids = new Set<string>()
  for (const service of services) {
    if (service.coupon_id !== null && service.coupon_cycles_left !== 0) ids.add(service.coupon_id)
  }
  if (ids.size === 0) return new Map()
  const rows = await queries.all<Coupon>(
    sql`select id, code, percent_ppm, currency, amount_minor from coupons where id in (${list([...ids])})`,
  )
  return new Map(rows.map((row) => [row.id, row]))
}
