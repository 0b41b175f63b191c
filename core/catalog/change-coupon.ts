import { invalidInput } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import type { Coupon } from './coupon.ts'
import { checkNamed, minimumOf } from './create-coupon.ts'
import { changeRecord, toColumns } from './edit.ts'
import { couponFields, exactly, Id, Version } from './inputs.ts'
import { reachCoupon } from './reach.ts'
import { couponProblems } from './rules.ts'

/** Changes the limits of a coupon. Its code and worth are fixed, because orders name them; make another one instead. */
export const changeCoupon = defineVerb(
  {
    permission: 'coupon.change',
    audience: ['staff'],
    input: exactly({ id: Id, version: Version, ...couponFields }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      const { id, version, minimum, ...given } = input
      const row = await reachCoupon(trx, actor, id)
      await checkNamed(trx, row.brand_id, given)
      const fields = { ...given, ...minimumOf(input) }
      const { starts_on = row.starts_on, ends_on = row.ends_on } = fields
      const kind = row.kind as Coupon['kind']
      const problems = couponProblems({ ...row, ...fields, kind, starts_on, ends_on })
      if (Object.keys(problems).length > 0) throw invalidInput(problems)
      return changeRecord(
        means,
        trx,
        {
          table: 'coupons',
          what: 'coupon',
          brandId: row.brand_id,
          row,
          version,
          columns: toColumns(fields),
        },
        actor,
      )
    }),
)
