import { Type } from 'typebox'
import { list, sql, type Queries, type Trx } from '../db/index.ts'
import { invalidInput, type Actor } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { addRecord, toColumns } from './edit.ts'
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
      brandId: Id,
      code: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_-]*$', maxLength: 40 }),
      percent: Type.Optional(Type.String({ maxLength: 10 })),
      currency: Type.Optional(CurrencyCode),
      amount: Type.Optional(Amount),
      ...couponFields,
    }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      await reachBrand(trx, actor, input.brandId)
      await checkProducts(trx, input.brandId, input.productIds ?? [])
      const { percent, currency, amount, ...fields } = input
      return addCoupon(means, trx, { ...fields, ...worth({ percent, currency, amount }) }, actor)
    }),
)

export interface CouponLimits {
  productIds?: readonly string[] | undefined
  onlyCycles?: readonly string[] | undefined
  cycles?: number | null | undefined
  startsOn?: string | null | undefined
  endsOn?: string | null | undefined
  usesMax?: number | null | undefined
  usesPerClient?: number | null | undefined
}

export interface CouponWorth {
  kind: 'percent' | 'fixed'
  percentPpm: number | null
  currency: string | null
  amountMinor: bigint | null
}

export interface NewCoupon extends CouponLimits, CouponWorth {
  brandId: string
  code: string
}

const PRESET = {
  productIds: [],
  onlyCycles: [],
  cycles: 1,
  startsOn: null,
  endsOn: null,
  usesMax: null,
  usesPerClient: null,
  uses: 0,
  status: 'active',
}

export async function addCoupon(means: Means, trx: Trx, coupon: NewCoupon, actor: Actor): Promise<string> {
  const id = means.newId('cpn')
  const { startsOn = null, endsOn = null } = coupon
  const problems = couponProblems({ ...coupon, startsOn, endsOn })
  if (Object.keys(problems).length > 0) throw invalidInput(problems)
  const columns = {
    ...toColumns(PRESET),
    ...toColumns({ ...coupon, code: couponCode(coupon.code) }),
  }
  await addRecord(
    means,
    trx,
    { table: 'coupons', what: 'coupon', id, brandId: coupon.brandId, columns },
    actor,
  )
  return id
}

export async function checkProducts(
  queries: Queries,
  brandId: string,
  productIds: readonly string[],
): Promise<void> {
  const known = await queries.all<{ id: string }>(
    sql`select id from products where brand_id = ${brandId} and id in (${list(productIds)})`,
  )
  const unknown = productIds.filter((id) => !known.some((product) => product.id === id))
  if (unknown.length > 0)
    throw invalidInput({ productIds: `names products that this brand does not have: ${unknown.join(', ')}` })
}

function worth(input: {
  percent: string | undefined
  currency: string | undefined
  amount: string | undefined
}): CouponWorth {
  const { percent, currency = null, amount } = input
  if (percent !== undefined) {
    const percentPpm = readPercent(percent)
    if (percentPpm === null) throw invalidInput({ percent: 'must be a number such as 12.5' })
    return { kind: 'percent', percentPpm, currency: null, amountMinor: null }
  }
  if (amount === undefined || currency === null)
    throw invalidInput({ percent: 'is missing; name a percentage, or an amount with its currency' })
  const amountMinor = readAmount(amount, currency)
  if (typeof amountMinor !== 'bigint') throw invalidInput({ amount: amountMinor.problem })
  return { kind: 'fixed', percentPpm: null, currency, amountMinor }
}
