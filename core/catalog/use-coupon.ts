import { sql, type Trx } from '../db/index.ts'
import type { Means } from '../records/index.ts'
import type { Coupon } from './coupon.ts'
import { CouponUsedUp } from './errors.ts'

export interface CouponUse {
  orderId: string
  clientId: string
  currency: string
  /** What it takes off the order, for its history. */
  discountMinor: bigint
}

/**
 * Counts a use in the order's transaction. The guarded update decides who gets the last one: whoever comes after it
 * finds nothing to update. It also holds the row, so that the count for one client is exact.
 */
export async function redeemCoupon(means: Means, trx: Trx, coupon: Coupon, use: CouponUse): Promise<void> {
  const taken = await trx.run(sql`
    update coupons set uses = uses + 1
    where id = ${coupon.id} and status = 'active' and (uses_max is null or uses < uses_max)`)
  if (taken === 0) throw CouponUsedUp({ code: coupon.code, field: 'uses_max' })
  if (coupon.usesPerClient !== null) {
    const mine = await trx.get<{ uses: number }>(sql`
      select count(*) as uses from coupon_uses
      where coupon_id = ${coupon.id} and client_id = ${use.clientId} and released_at is null`)
    if ((mine?.uses ?? 0) >= coupon.usesPerClient)
      throw CouponUsedUp({ code: coupon.code, field: 'uses_per_client' })
  }
  const row = { coupon_id: coupon.id, order_id: use.orderId, client_id: use.clientId }
  const { currency, discountMinor: discount_minor } = use
  await trx.insert('coupon_uses', [
    {
      id: means.newId('cpu'),
      ...row,
      currency,
      discount_minor,
      used_at: means.business.now(),
      released_at: null,
    },
  ])
}

/** Gives the use of an order back, once. */
export async function releaseCoupon(means: Means, trx: Trx, orderId: string): Promise<void> {
  const released = await trx.all<{ coupon_id: string }>(sql`
    update coupon_uses set released_at = ${means.business.now()}
    where order_id = ${orderId} and released_at is null returning coupon_id`)
  for (const use of released)
    await trx.run(sql`update coupons set uses = uses - 1 where id = ${use.coupon_id} and uses > 0`)
}
