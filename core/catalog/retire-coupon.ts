import { applyTransition, defineVerb, type Means } from '../records/index.ts'
import { couponLifecycle } from './coupon.ts'
import { exactly, Id } from './inputs.ts'
import { reachCoupon } from './reach.ts'

/** Ends a coupon. Services that it still lowers keep it for the periods they were promised. */
export const retireCoupon = defineVerb(
  {
    permission: 'coupon.retire',
    asks: ['coupon.retire:check'],
    audience: ['staff'],
    input: exactly({ id: Id }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const row = await reachCoupon(trx, actor, input.id)
      await applyTransition(means, trx, { lifecycle: couponLifecycle, row, name: 'retire', actor })
    }),
)
