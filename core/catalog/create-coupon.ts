import { Type } from '../../sdk/index.ts'
import { list, sql, type Queries, type Trx } from '../db/index.ts'
import { invalidInput, type Actor } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { couponLifecycle } from './coupon.ts'
import { addRecord, filledColumns } from './edit.ts'
import { couponCode } from './find-coupon.ts'
import { Amount, couponFields, CurrencyCode, exactly, Id } from './inputs.ts'
import { reachBrand } from './reach.ts'
import { couponProblems, readAmount, readPercent } from './rules.ts'

/** A percentage ("12.5") or a fixed sum in one currency. Answers the new coupon's id. */
export const createCoupon = defineVerb(
  {
    permission: 'coupon.create',
    audience: ['staff'],
    input: exactly({
      brand_id: Id,
      code: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_-]*$', maxLength: 40 }),
      percent: Type.Optional(Type.String({ maxLength: 10 })),
      currency: Type.Optional(CurrencyCode),
      amount: Type.Optional(Amount),
      ...couponFields,
    }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      await reachBrand(trx, actor, input.brand_id)
      await checkProducts(trx, input.brand_id, input.product_ids ?? [])
      const { percent, currency, amount, ...fields } = input
      return addCoupon(means, trx, { ...fields, ...worth({ percent, currency, amount }) }, actor)
    }),
)

export interface CouponLimits {
  product_ids?: readonly string[] | undefined
  only_cycles?: readonly string[] | undefined
  cycles?: number | null | undefined
  starts_on?: string | null | undefined
  ends_on?: string | null | undefined
  uses_max?: number | null | undefined
  uses_per_client?: number | null | undefined
}

export interface CouponWorth {
  kind: 'percent' | 'fixed'
  percent_ppm: number | null
  currency: string | null
  amount_minor: bigint | null
}

export interface NewCoupon extends CouponLimits, CouponWorth {
  brand_id: string
  code: string
}

const PRESET = {
  product_ids: [],
  only_cycles: [],
  starts_on: null,
  ends_on: null,
  uses_max: null,
  uses_per_client: null,
  uses: 0,
  status: couponLifecycle.initial,
}

export async function addCoupon(means: Means, trx: Trx, coupon: NewCoupon, actor: Actor): Promise<string> {
  const id = means.newId('cpn')
  const { starts_on = null, ends_on = null } = coupon
  const problems = couponProblems({ ...coupon, starts_on, ends_on })
  if (Object.keys(problems).length > 0) throw invalidInput(problems)
  const { brand_id, kind, percent_ppm, currency, amount_minor } = coupon
  const columns = {
    ...{ brand_id, code: couponCode(coupon.code), kind, percent_ppm, currency, amount_minor },
    ...filledColumns(PRESET, coupon),
    // Unless it is said, a coupon lowers the first period alone.
    cycles: coupon.cycles === undefined ? 1 : coupon.cycles,
  }
  await addRecord(means, trx, { table: 'coupons', what: 'coupon', id, brandId: brand_id, columns }, actor)
  return id
}

export async function checkProducts(
  queries: Queries,
  brandId: string,
  product_ids: readonly string[],
): Promise<void> {
  const known = await queries.all<{ id: string }>(
    sql`select id from products where brand_id = ${brandId} and id in (${list(product_ids)})`,
  )
  const unknown = product_ids.filter((id) => !known.some((product) => product.id === id))
  if (unknown.length > 0)
    throw invalidInput({ product_ids: `names products that this brand does not have: ${unknown.join(', ')}` })
}

function worth(input: {
  percent: string | undefined
  currency: string | undefined
  amount: string | undefined
}): CouponWorth {
  const { percent, currency = null, amount } = input
  if (percent !== undefined) {
    const percent_ppm = readPercent(percent)
    if (percent_ppm === null) throw invalidInput({ percent: 'must be a number such as 12.5' })
    return { kind: 'percent', percent_ppm, currency: null, amount_minor: null }
  }
  if (amount === undefined || currency === null)
    throw invalidInput({ percent: 'is missing; name a percentage, or an amount with its currency' })
  const amount_minor = readAmount(amount, currency)
  if (typeof amount_minor !== 'bigint') throw invalidInput({ amount: amount_minor.problem })
  return { kind: 'fixed', percent_ppm: null, currency, amount_minor }
}
