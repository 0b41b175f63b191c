import { list, sql, type Queries } from '../db/index.ts'
import { assert } from '../kernel/index.ts'
import type { Coupon } from './plan-periods.ts'
import type { ServiceRow } from './rows.ts'

export interface PricedFacts {
  oldName: string
  /** When the present period was charged with it. */
  coupon?: Coupon
}

/** The product's name, and the coupon of the present period, for services together; one statement. */
export async function pricedFactsOf(
  queries: Queries,
  services: readonly Pick<ServiceRow, 'id'>[],
): Promise<(serviceId: string) => PricedFacts> {
  const rows = await queries.all<
    { service_id: string; name: string } & { [K in keyof Coupon]: Coupon[K] | null }
  >(sql`
    select s.id as service_id, p.name, k.id, k.code, k.percent_ppm, k.currency, k.amount_minor
    from services s join products p on p.id = s.product_id
    left join coupons k on k.id = s.coupon_id and exists (
      select 1 from charges c where c.source_id = s.id and c.kind = 'discount' and c.period_end = s.charged_through)
    where s.id in (${list(services.map(({ id }) => id))})`)
  const facts = new Map(rows.map((row) => [row.service_id, factsOf(row)]))
  return (serviceId) => {
    const known = facts.get(serviceId)
    assert(known, `service ${serviceId} has a product`)
    return known
  }
}

function factsOf({
  name: oldName,
  ...row
}: { name: string } & { [K in keyof Coupon]: Coupon[K] | null }): PricedFacts {
  const { id, code, percent_ppm, currency, amount_minor } = row
  return id === null || code === null
    ? { oldName }
    : { oldName, coupon: { id, code, percent_ppm, currency, amount_minor } }
}

export async function pricedFacts(queries: Queries, service: Pick<ServiceRow, 'id'>): Promise<PricedFacts> {
  return (await pricedFactsOf(queries, [service]))(service.id)
}
