import { changeCoupon, createCoupon, restoreCoupon, retireCoupon } from '../../catalog/index.ts'
import type { FormBody } from '../context.ts'
import { invalidInput } from '../../kernel/index.ts'
import { isCurrency, toDecimal } from '../../../sdk/index.ts'
import { readAmount } from '../page/index.ts'
import { countOf, decimalOf, optional, textOf, ticked, type Asked, type Desk } from './desk.ts'
import { idsOfSlugs, wordsOf, type SlugField } from './slugs.ts'
import type { Section } from './pages.ts'
import { couponList, couponPage, newCoupon, readCoupon } from './views/coupons.ts'

export const coupons: Section = {
  pages: [
    { path: '/coupons', permission: 'coupon.list', draw: couponList },
    { path: '/coupons/new', permission: 'coupon.create', draw: newCoupon },
    { path: '/coupons/:id', permission: 'coupon.read', draw: couponPage },
  ],
  acts: [
    { path: '/coupons', permission: 'coupon.create', again: newCoupon, act: create },
    { path: '/coupons/:id', permission: 'coupon.change', again: couponPage, act: change },
    { path: '/coupons/:id/retire', permission: 'coupon.retire', again: couponPage, act: retire },
    { path: '/coupons/:id/restore', permission: 'coupon.restore', again: couponPage, act: restore },
  ],
}

async function limitsOf({ means, locale }: Desk, form: FormBody, brandId: string) {
  const slugs = (field: string, table: SlugField['table']) =>
    idsOfSlugs(means.db, { field, table, brandId, text: textOf(form, field) })
  return {
    product_ids: await slugs('product_ids', 'products'),
    group_ids: await slugs('group_ids', 'product_groups'),
    required_product_ids: await slugs('required_product_ids', 'products'),
    only_cycles: wordsOf(textOf(form, 'only_cycles')),
    only_currencies: wordsOf(textOf(form, 'only_currencies')).map((code) => code.toUpperCase()),
    ...(optional(form, 'buyers') === null ? {} : { buyers: textOf(form, 'buyers') }),
    ...minimumOf(form, locale),
    stackable: ticked(form, 'stackable'),
    automatic: ticked(form, 'automatic'),
    ...numbersOf(form),
  }
}

/** What is typed in the reader's language goes on with a point. */
function minimumOf(form: FormBody, locale: string) {
  const text = optional(form, 'minimum')
  if (text === null) return { minimum: null, minimum_currency: null }
  const currency = textOf(form, 'minimum_currency')
  if (!isCurrency(currency)) throw invalidInput({ minimum_currency: 'is not a currency code such as EUR' })
  const minor = readAmount(text, currency, locale)
  if (minor === null) throw invalidInput({ minimum: 'is not an amount such as 24.00' })
  return { minimum: toDecimal({ minor, currency }), minimum_currency: currency }
}

const numbersOf = (form: FormBody) => ({
  cycles: countOf(form, 'cycles'),
  starts_on: optional(form, 'starts_on'),
  ends_on: optional(form, 'ends_on'),
  uses_max: countOf(form, 'uses_max'),
  uses_per_client: countOf(form, 'uses_per_client'),
})

async function create(desk: Desk, { form }: Asked) {
  const { means, actor, t } = desk
  const [percent, amount] = [optional(form, 'percent'), optional(form, 'amount')]
  const kind = optional(form, 'kind')
  const currency = textOf(form, 'currency')
  const worth = {
    ...(kind === null ? {} : { kind }),
    ...(percent === null ? {} : { percent }),
    ...(amount === null ? {} : { amount: decimalOf(desk, amount, currency), currency }),
  }
  const input = {
    brand_id: textOf(form, 'brand_id'),
    code: textOf(form, 'code'),
    ...worth,
    ...(await limitsOf(desk, form, textOf(form, 'brand_id'))),
  }
  const id = await createCoupon(means, input, actor)
  return { href: `/admin/coupons/${id}`, message: t('admin.coupons.done.created', { code: input.code }) }
}

async function change(desk: Desk, { form, params, version }: Asked) {
  const { means, actor, t } = desk
  const { brand_id } = await readCoupon(desk, params.id!)
  const limits = await limitsOf(desk, form, brand_id)
  await changeCoupon(means, { id: params.id, ...(version ? { version } : {}), ...limits }, actor)
  return { href: `/admin/coupons/${params.id!}`, message: t('admin.coupons.done.changed') }
}

async function retire({ means, actor, t }: Desk, { params }: Asked) {
  await retireCoupon(means, { id: params.id }, actor)
  return { href: `/admin/coupons/${params.id!}`, message: t('admin.coupons.done.retired') }
}

async function restore({ means, actor, t }: Desk, { params }: Asked) {
  await restoreCoupon(means, { id: params.id }, actor)
  return { href: `/admin/coupons/${params.id!}`, message: t('admin.coupons.done.restored') }
}
