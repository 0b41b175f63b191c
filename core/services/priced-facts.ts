import { list, sql, type Queries } from '../db/index.ts'
import { assert } from '../kernel/index.ts'
import type { Coupon } from './plan-periods.ts'
import { anyDiscount, type ServiceDiscount } from './service-discounts.ts'
import type { ServiceRow } from './rows.ts'
import { laidDown, termColumns, termsIn, type TermRow, type Terms } from './terms.ts'

export interface PricedFacts {
  oldName: string
  terms: Terms
  /** When the present period was charged with it. */
  coupon?: Coupon
  /** What else lowered it. */
  further?: readonly ServiceDiscount[]
}

type CouponColumns = { [K in keyof Coupon]: Coupon[K] | null }

interface FactRow extends CouponColumns, TermColumns {
  service_id: string
  any_discount: number
  name: string
}

/** Null, all of them, where nothing is laid down. */
type TermColumns = { [K in keyof TermRow]: TermRow[K] | null }

/** The product's name, the terms, and the coupon of the present period, for services together; one statement, or two. */
export async function pricedFactsOf(
  queries: Queries,
  services: readonly Pick<ServiceRow, 'id'>[],
): Promise<(serviceId: string) => PricedFacts> {
  const rows = await queries.all<FactRow>(sql`
    select s.id as service_id, ${anyDiscount} as any_discount, p.name, k.id, k.code, k.percent_ppm, k.currency, k.amount_minor, ${termColumns}
    from services s join products p on p.id = s.product_id
    left join coupons k on k.id = s.coupon_id and exists (
      select 1 from charges c where c.source_id = s.id and c.kind = 'discount' and c.period_end = s.charged_through and c.cause in ('', k.id))
    left join settings x on ${laidDown(sql`s.brand_id, s.client_id`)}
    where s.id in (${list(services.map(({ id }) => id))})`)
  const isAny = (rows[0]?.any_discount ?? 0) > 0
  const further = !isAny
    ? []
    : await queries.all<ServiceDiscount>(sql`
    select d.* from service_discounts d join services s on s.id = d.service_id
    where d.service_id in (${list(services.map(({ id }) => id))}) and exists (
      select 1 from charges c where c.source_id = s.id and c.kind = 'discount' and c.period_end = s.charged_through
        and c.cause in (d.id, d.cause_id))
    order by d.position, d.id`)
  const lowered = Map.groupBy(further, (row) => row.service_id)
  const ofServices = Map.groupBy(rows, (row) => row.service_id)
  const facts = new Map(
    [...ofServices].map(([id, own]) => [id, { ...factsOf(own), further: lowered.get(id) ?? [] }]),
  )
  return (serviceId) => {
    const known = facts.get(serviceId)
    assert(known, `service ${serviceId} has a product`)
    return known
  }
}

function factsOf(rows: readonly FactRow[]): PricedFacts {
  const { name: oldName, id, code, percent_ppm, currency, amount_minor } = rows[0]!
  const terms = termsIn(rows.filter((row): row is FactRow & TermRow => row.term_key !== null))
  return id === null || code === null
    ? { oldName, terms }
    : { oldName, terms, coupon: { id, code, percent_ppm, currency, amount_minor } }
}

export async function pricedFacts(queries: Queries, service: Pick<ServiceRow, 'id'>): Promise<PricedFacts> {
  return (await pricedFactsOf(queries, [service]))(service.id)
}
