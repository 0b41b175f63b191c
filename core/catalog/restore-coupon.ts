import { applyTransition, defineVerb, type Means } from '../records/index.ts'
import { couponLifecycle } from './coupon.ts'
import { exactly, Id } from './inputs.ts'
import { reachCoupon } from './reach.ts'

/** Makes a retired coupon valid again. */
export const restoreCoupon = defineVerb(
  {
    permission: 'coupon.restore',
    asks: ['coupon.restore:check'],
    audience: ['staff'],
    input: exactly({ id: Id }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const row = await reachCoupon(trx, actor, input.id)
      await applyTransition(means, trx, { lifecycle: couponLifecycle, row, name: 'restore', actor })
    }),
)
