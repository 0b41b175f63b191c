import { list, madeOnce, sql, type Queries } from '../db/index.ts'
import type { Coupon } from './coupon.ts'
import { toCoupon, type CouponRow } from './rows.ts'

/** Codes are kept in capitals, so that "summer" and "SUMMER" are one. */
export const couponCode = (text: string): string => text.trim().toUpperCase()

/** The coupon of a brand by its code, valid or not; undefined when there is none. */
export async function findCoupon(
  queries: Queries,
  brandId: string,
  code: string,
): Promise<Coupon | undefined> {
  const row = await queries.get<CouponRow>(
    sql`select * from coupons where brand_id = ${brandId} and code = ${couponCode(code)}`,
  )
  return row && toCoupon(row)
}

/** Coupons of a brand that an order may use: those named by code, valid or not, and all that count by themselves. */
export async function findCoupons(
  queries: Queries,
  brandId: string,
  codes: readonly string[],
): Promise<readonly Coupon[]> {
  const rows = await queries.all<CouponRow>(sql`
    select * from coupons where brand_id = ${brandId}
      and (code in (${list(codes.map(couponCode))}) or (automatic = 1 and status = 'active'))`)
  return couponsOf({ rows })
}

const couponsOf = madeOnce(({ rows }: { rows: readonly CouponRow[] }): readonly Coupon[] =>
  rows.map(toCoupon),
)

/** Coupons by id, for renewals that a coupon still lowers. */
export async function findCouponById(queries: Queries, id: string): Promise<Coupon | undefined> {
  const row = await queries.get<CouponRow>(sql`select * from coupons where id = ${id}`)
  return row && toCoupon(row)
}

export async function listCoupons(queries: Queries, brandId: string): Promise<Coupon[]> {
  const rows = await queries.all<CouponRow>(
    sql`select * from coupons where brand_id = ${brandId} order by code`,
  )
  return rows.map(toCoupon)
}
