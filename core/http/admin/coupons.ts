import { changeCoupon, createCoupon, restoreCoupon, retireCoupon } from '../../catalog/index.ts'
import type { FormBody } from '../context.ts'
import { countOf, optional, textOf, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { couponList, couponPage, newCoupon } from './views/coupons.ts'

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

const limitsOf = (form: FormBody) => ({
  cycles: countOf(form, 'cycles'),
  starts_on: optional(form, 'starts_on'),
  ends_on: optional(form, 'ends_on'),
  uses_max: countOf(form, 'uses_max'),
  uses_per_client: countOf(form, 'uses_per_client'),
})

async function create({ means, actor, t }: Desk, { form }: Asked) {
  const [percent, amount] = [optional(form, 'percent'), optional(form, 'amount')]
  const worth =
    percent !== null ? { percent } : amount !== null ? { amount, currency: textOf(form, 'currency') } : {}
  const input = {
    brand_id: textOf(form, 'brand_id'),
    code: textOf(form, 'code'),
    ...worth,
    ...limitsOf(form),
  }
  const id = await createCoupon(means, input, actor)
  return { href: `/admin/coupons/${id}`, message: t('admin.coupons.done.created', { code: input.code }) }
}

async function change({ means, actor, t }: Desk, { form, params, version }: Asked) {
  await changeCoupon(means, { id: params.id, ...(version ? { version } : {}), ...limitsOf(form) }, actor)
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
