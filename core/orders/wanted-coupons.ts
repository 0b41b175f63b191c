import { couponCode, findCoupons, type Coupon, type CouponBuyer } from '../catalog/index.ts'
import { list, madeOnce, sql, type Queries, type Sql } from '../db/index.ts'
import type { WantedCoupons } from './apply-coupons.ts'

export interface FoundCoupons extends WantedCoupons {
  /** Codes that no coupon of the shop has. */
  unknown: readonly string[]
}

/** The coupons behind the codes, in their order, and those that count by themselves: one statement. */
export async function wantedCoupons(
  queries: Queries,
  brandId: string,
  codes: readonly string[],
): Promise<FoundCoupons> {
  return sortedOut({ found: await findCoupons(queries, brandId, codes), codes })
}

const sortedOut = madeOnce(({ found, codes }: { found: readonly Coupon[]; codes: readonly string[] }) => {
  const wanted = [...new Set(codes.map(couponCode))]
  const byCode = new Map(found.map((coupon) => [coupon.code, coupon]))
  return {
    entered: wanted.flatMap((code) => byCode.get(code) ?? []),
    automatic: found.filter(({ automatic, code }) => automatic && !wanted.includes(code)),
    unknown: wanted.filter((code) => !byCode.has(code)),
  }
})

/** Clients for whom an order is: one by its id, or those of a user who has not said which. */
export type Buying = { clientId: string } | { userId: string } | null

/** What the limits of these coupons ask about the buyer, in one statement; null for a visitor, or when none asks. */
export async function couponBuyer(
  queries: Queries,
  buying: Buying,
  { entered, automatic }: WantedCoupons,
): Promise<CouponBuyer | null> {
  const coupons = [...entered, ...automatic]
  if (buying === null || !coupons.some(asksForBuyer)) return null
  const clients = clientsOf(buying)
  const required = coupons.flatMap(({ requiredProductIds }) => requiredProductIds)
  const ids = coupons.map(({ id }) => id)
  const rows = await queries.all<{ what: string; id: string; entries: number }>(sql`
    select 'order' as what, '' as id, count(*) as entries from orders
      where client_id in (${clients}) and status not in ('cancelled', 'rejected')
    union all select 'owned', product_id, count(*) from services
      where client_id in (${clients}) and product_id in (${list(required)}) and billing_status <> 'ended' group by product_id
    union all select 'use', coupon_id, count(*) from coupon_uses
      where client_id in (${clients}) and coupon_id in (${list(ids)}) and released_at is null group by coupon_id`)
  const of = (what: string) => rows.filter((row) => row.what === what)
  return {
    isNew: of('order').every(({ entries }) => entries === 0),
    ownedProductIds: of('owned').map(({ id }) => id),
    uses: new Map(of('use').map(({ id, entries }) => [id, entries])),
  }
}

const asksForBuyer = ({ buyers, requiredProductIds, usesPerClient }: Coupon): boolean =>
  buyers !== 'anyone' || requiredProductIds.length > 0 || usesPerClient !== null

const clientsOf = (buying: NonNullable<Buying>): Sql =>
  'clientId' in buying
    ? sql`${buying.clientId}`
    : sql`select client_id from memberships where user_id = ${buying.userId} and service_id is null`
