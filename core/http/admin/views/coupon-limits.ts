import { couponBuyers } from '../../../catalog/index.ts'
import { toDecimal } from '../../../../sdk/index.ts'
import type { Field } from '../blocks.ts'
import { filled, labeller, tickedField, type Asked, type Desk } from '../desk.ts'
import { slugsOf } from '../slugs.ts'
import type { Coupon } from './coupons.ts'

/** Everything that says when, for what and for whom a coupon counts. */
export async function couponLimits(desk: Desk, asked: Asked, coupon: Coupon | null): Promise<Field[]> {
  return [
    ...(await whatFields(desk, asked, coupon)),
    ...whoFields(desk, asked, coupon),
    ...howFields(desk, asked, coupon),
    ...limitFields(desk, asked, coupon),
  ]
}

const listed = (json: string | undefined): string[] => JSON.parse(json ?? '[]') as string[]

async function whatFields({ means, t }: Desk, asked: Asked, coupon: Coupon | null): Promise<Field[]> {
  const products = await slugsOf(means.db, 'products', listed(coupon?.product_ids))
  const groups = await slugsOf(means.db, 'product_groups', listed(coupon?.group_ids))
  const required = await slugsOf(means.db, 'products', listed(coupon?.required_product_ids))
  const words = (name: string, value: string) => ({
    ...filled(asked, name, value),
    required: false,
    label: t(`offers.coupon.${name}`),
    hint: t(`offers.coupon.${name}_hint`),
  })
  return [
    words('product_ids', products),
    words('group_ids', groups),
    words('only_cycles', listed(coupon?.only_cycles).join(', ')),
    words('only_currencies', listed(coupon?.only_currencies).join(', ')),
    words('required_product_ids', required),
  ]
}

function whoFields({ t }: Desk, asked: Asked, coupon: Coupon | null): Field[] {
  const { minimum_minor: minor = null, minimum_currency: currency = null } = coupon ?? {}
  const minimum = minor === null || currency === null ? '' : toDecimal({ minor, currency })
  return [
    {
      ...filled(asked, 'buyers', coupon?.buyers ?? 'anyone'),
      kind: 'select',
      label: t('offers.coupon.buyers'),
      options: couponBuyers.map((value) => ({ value, label: t(`offers.buyers.${value}`) })),
    },
    {
      ...filled(asked, 'minimum', minimum),
      required: false,
      label: t('offers.coupon.minimum'),
      hint: t('offers.coupon.minimum_hint'),
    },
    {
      ...filled(asked, 'minimum_currency', currency ?? ''),
      required: false,
      label: t('offers.coupon.minimum_currency'),
    },
  ]
}

function howFields({ t }: Desk, asked: Asked, coupon: Coupon | null): Field[] {
  return [
    {
      ...tickedField(asked, 'stackable', coupon?.stackable === 1),
      label: t('offers.coupon.stackable'),
      hint: t('offers.coupon.stackable_hint'),
    },
    {
      ...tickedField(asked, 'automatic', coupon?.automatic === 1),
      label: t('offers.coupon.automatic'),
      hint: t('offers.coupon.automatic_hint'),
    },
  ]
}

function limitFields(desk: Desk, asked: Asked, coupon: Coupon | null): Field[] {
  const l = labeller(desk)
  const { t } = desk
  return [
    {
      ...filled(asked, 'cycles', coupon ? coupon.cycles : 1),
      kind: 'number',
      min: 1,
      required: false,
      label: l('cycles'),
      hint: t('admin.coupons.cycles_hint'),
    },
    { ...filled(asked, 'starts_on', coupon?.starts_on), kind: 'date', required: false, label: l('from') },
    { ...filled(asked, 'ends_on', coupon?.ends_on), kind: 'date', required: false, label: l('to') },
    {
      ...filled(asked, 'uses_max', coupon?.uses_max),
      kind: 'number',
      min: 1,
      required: false,
      label: l('uses_max'),
    },
    {
      ...filled(asked, 'uses_per_client', coupon?.uses_per_client),
      kind: 'number',
      min: 1,
      required: false,
      label: l('uses_per_client'),
    },
  ]
}
