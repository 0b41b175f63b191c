import { Type } from '../../sdk/index.ts'
import { list, name, sql, type Queries, type Trx } from '../db/index.ts'
import { invalidInput, type Actor } from '../kernel/index.ts'
import { defineVerb, demandCheck, type Means } from '../records/index.ts'
import { couponLifecycle, type CouponBuyers } from './coupon.ts'
import { couponAsking, cyclesOf } from './coupon-asking.ts'
import { discountKinds, type DiscountKind } from './discount.ts'
import { addRecord, filledColumns } from './edit.ts'
import { couponCode } from './find-coupon.ts'
import { Amount, couponFields, CurrencyCode, exactly, Id } from './inputs.ts'
import { reachBrand } from './reach.ts'
import { couponProblems, readAmount, readPercent } from './rules.ts'

/**
 * A percentage ("12.5") or a sum in one currency, in one of the forms of a discount; free periods need neither. Without
 * a form it is a percentage or a fixed sum, by which of the two is named. Answers the new coupon's id.
 */
export const createCoupon = defineVerb(
  {
    permission: 'coupon.create',
    asks: ['coupon.create:check'],
    audience: ['staff'],
    input: exactly({
      brand_id: Id,
      code: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_-]*$', maxLength: 40 }),
      kind: Type.Optional(Type.Enum([...discountKinds])),
      percent: Type.Optional(Type.String({ maxLength: 10 })),
      currency: Type.Optional(CurrencyCode),
      amount: Type.Optional(Amount),
      ...couponFields,
    }),
  },
  (means: Means, input, actor) =>
    means.db.transaction(async (trx) => {
      await reachBrand(trx, actor, input.brand_id)
      await checkNamed(trx, input.brand_id, input)
      const { kind, percent, currency, amount, minimum, ...fields } = input
      const sums = { ...worth({ kind, percent, currency, amount }), ...minimumOf(input) }
      return addCoupon(means, trx, { ...fields, ...sums }, actor)
    }),
)

export interface CouponLimits {
  product_ids?: readonly string[] | undefined
  group_ids?: readonly string[] | undefined
  only_cycles?: readonly string[] | undefined
  only_currencies?: readonly string[] | undefined
  required_product_ids?: readonly string[] | undefined
  buyers?: CouponBuyers | undefined
  minimum_minor?: bigint | null | undefined
  minimum_currency?: string | null | undefined
  stackable?: boolean | undefined
  automatic?: boolean | undefined
  cycles?: number | null | undefined
  starts_on?: string | null | undefined
  ends_on?: string | null | undefined
  uses_max?: number | null | undefined
  uses_per_client?: number | null | undefined
}

export interface CouponWorth {
  kind: DiscountKind
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
  group_ids: [],
  only_cycles: [],
  only_currencies: [],
  required_product_ids: [],
  buyers: 'anyone',
  minimum_minor: null,
  minimum_currency: null,
  stackable: false,
  automatic: false,
  starts_on: null,
  ends_on: null,
  uses_max: null,
  uses_per_client: null,
  uses: 0,
  status: couponLifecycle.initial,
}

export async function addCoupon(means: Means, trx: Trx, coupon: NewCoupon, actor: Actor): Promise<string> {
  const id = means.newId('cpn')
  const { starts_on = null, ends_on = null, minimum_minor = null, minimum_currency = null } = coupon
  const problems = couponProblems({ ...coupon, starts_on, ends_on, minimum_minor, minimum_currency })
  if (Object.keys(problems).length > 0) throw invalidInput(problems)
  demandCheck(means, trx, actor, couponAsking(coupon))
  const { brand_id, kind, percent_ppm, currency, amount_minor } = coupon
  const columns = {
    ...{ brand_id, code: couponCode(coupon.code), kind, percent_ppm, currency, amount_minor },
    ...filledColumns(PRESET, coupon),
    cycles: cyclesOf(coupon),
  }
  await addRecord(means, trx, { table: 'coupons', what: 'coupon', id, brandId: brand_id, columns }, actor)
  return id
}

interface Named {
  product_ids?: readonly string[] | undefined
  required_product_ids?: readonly string[] | undefined
  group_ids?: readonly string[] | undefined
}

/** Products and groups that a coupon names must be the brand's own. */
export async function checkNamed(queries: Queries, brandId: string, named: Named): Promise<void> {
  const tables = { product_ids: 'products', required_product_ids: 'products', group_ids: 'product_groups' }
  for (const [field, table] of Object.entries(tables)) {
    const ids = named[field as keyof Named] ?? []
    if (ids.length === 0) continue
    const known = await queries.all<{ id: string }>(
      sql`select id from ${name(table)} where brand_id = ${brandId} and id in (${list(ids)})`,
    )
    const unknown = ids.filter((id) => !known.some((row) => row.id === id))
    if (unknown.length === 0) continue
    const what = table === 'products' ? 'products' : 'groups'
    throw invalidInput({ [field]: `names ${what} that this brand does not have: ${unknown.join(', ')}` })
  }
}

/** "25.00" and its currency as columns; undefined where the input does not say. */
export function minimumOf(input: { minimum?: string | null; minimum_currency?: string | null }) {
  const { minimum, minimum_currency = null } = input
  if (minimum === undefined) return {}
  if (minimum === null) return { minimum_minor: null, minimum_currency: null }
  if (minimum_currency === null) throw invalidInput({ minimum_currency: 'is missing' })
  const minimum_minor = readAmount(minimum, minimum_currency)
  if (typeof minimum_minor !== 'bigint') throw invalidInput({ minimum: minimum_minor.problem })
  return { minimum_minor, minimum_currency }
}

interface WorthInput {
  kind: DiscountKind | undefined
  percent: string | undefined
  currency: string | undefined
  amount: string | undefined
}

const HUNDRED_PERCENT = 1_000_000

function worth(input: WorthInput): CouponWorth {
  const { percent, currency = null, amount } = input
  const kind = input.kind ?? (percent === undefined ? 'fixed' : 'percent')
  const none = { kind, percent_ppm: null, currency: null, amount_minor: null }
  // The billing run knows shares and sums: a free period is all of it.
  if (kind === 'free') return { ...none, percent_ppm: HUNDRED_PERCENT }
  if (kind === 'percent' || kind === 'setup') {
    const percent_ppm =
      percent === undefined && kind === 'setup' ? HUNDRED_PERCENT : readPercent(percent ?? '')
    if (percent_ppm === null) throw invalidInput({ percent: 'must be a number such as 12.5' })
    return { ...none, percent_ppm }
  }
  if (amount === undefined || currency === null)
    throw invalidInput({ percent: 'is missing; name a percentage, or an amount with its currency' })
  const amount_minor = readAmount(amount, currency)
  if (typeof amount_minor !== 'bigint') throw invalidInput({ amount: amount_minor.problem })
  return { ...none, currency, amount_minor }
}
