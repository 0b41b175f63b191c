import { changeCancelReason, createCancelReason, retireCancelReason } from '../../services/index.ts'
import type { FormBody } from '../context.ts'
import { countOf, decimalOf, optional, textOf, ticked, type Asked, type Desk } from './desk.ts'
import { idsOfSlugs } from './slugs.ts'
import type { Section } from './pages.ts'
import {
  cancelReasonPage,
  cancelReasonList,
  newCancelReason,
  readCancelReason,
} from './views/cancel-reasons.ts'

const at = '/cancel-reasons'

export const cancelReasonPages: Section = {
  pages: [
    { path: at, permission: 'cancel_reason.list', draw: cancelReasonList },
    { path: `${at}/new`, permission: 'cancel_reason.create', draw: newCancelReason },
    { path: `${at}/:id`, permission: 'cancel_reason.read', draw: cancelReasonPage },
  ],
  acts: [
    { path: at, permission: 'cancel_reason.create', again: newCancelReason, act: create },
    { path: `${at}/:id`, permission: 'cancel_reason.change', again: cancelReasonPage, act: change },
    { path: `${at}/:id/retire`, permission: 'cancel_reason.retire', again: cancelReasonPage, act: retire },
  ],
}

async function create(desk: Desk, { form }: Asked) {
  const brand_id = textOf(form, 'brand_id')
  const input = { brand_id, ...(await fieldsOf(desk, form, brand_id)) }
  const id = await createCancelReason(desk.means, input, desk.actor)
  return { href: `/admin${at}/${id}`, message: desk.t('offers.stay.done.created') }
}

async function change(desk: Desk, asked: Asked) {
  const { brand_id, id } = await readCancelReason(desk, asked.params.id!)
  const version = asked.version === null ? {} : { version: asked.version }
  const input = { reason_id: id, ...version, ...(await fieldsOf(desk, asked.form, brand_id)) }
  await changeCancelReason(desk.means, input, desk.actor)
  return { href: `/admin${at}/${id}`, message: desk.t('offers.stay.done.changed') }
}

async function retire({ means, actor, t }: Desk, { params }: Asked) {
  await retireCancelReason(means, { reason_id: params.id }, actor)
  return { href: `/admin${at}`, message: t('offers.stay.done.retired') }
}

async function fieldsOf(desk: Desk, form: FormBody, brandId: string) {
  const slugs = {
    field: 'product_ids',
    table: 'products',
    brandId,
    text: textOf(form, 'product_ids'),
  } as const
  const currency = textOf(form, 'currency').toUpperCase()
  const renewals = countOf(form, 'renewals')
  const amount = optional(form, 'amount')
  return {
    name: textOf(form, 'name'),
    position: countOf(form, 'position') ?? 0,
    product_ids: await idsOfSlugs(desk.means.db, slugs),
    asks_note: ticked(form, 'asks_note'),
    offer: optional(form, 'offer'),
    offer_text: optional(form, 'offer_text'),
    percent: textOf(form, 'percent').replace(',', '.'),
    label: textOf(form, 'label'),
    ...(amount === null ? {} : { amount: decimalOf(desk, amount, currency), currency }),
    ...(renewals === null ? {} : { renewals }),
  }
}
