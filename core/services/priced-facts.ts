import { sql, type Queries } from '../db/index.ts'
import type { Coupon } from './plan-periods.ts'
import type { ServiceRow } from './rows.ts'

/** The old name, and the coupon when the present period was charged with it. */
export async function pricedFacts(
  queries: Queries,
  service: ServiceRow,
): Promise<{ oldName: string; coupon?: Coupon }> {
  const row = await queries.get<{ name: string } & { [K in keyof Coupon]: Coupon[K] | null }>(sql`
    select p.name, k.id, k.code, k.percent_ppm, k.currency, k.amount_minor from products p
    left join coupons k on k.id = ${service.coupon_id} and exists (
      select 1 from charges c where c.source_id = ${service.id} and c.kind = 'discount'
        and c.period_end = ${service.charged_through ?? ''})
    where p.id = ${service.product_id}`)
  if (!row) return { oldName: service.label }
  const { name: oldName, id, code, ...terms } = row
  return id === null || code === null ? { oldName } : { oldName, coupon: { id, code, ...terms } }
}
