import { createBillable, stopBillable } from '../../billing/index.ts'
import { findClient } from '../../clients/index.ts'
import type { FormBody } from '../context.ts'
import { readAmount } from '../page/index.ts'
import { countOf, optional, textOf, ticked, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { billableList, billablePage, newBillable, stopPage } from './views/billables.ts'

export const billables: Section = {
  pages: [
    { path: '/billables', permission: 'billable_item.list', draw: billableList },
    { path: '/billables/new', permission: 'billable_item.create', draw: newBillable },
    { path: '/billables/:id', permission: 'billable_item.read', draw: billablePage },
    { path: '/billables/:id/stop', permission: 'billable_item.stop', draw: stopPage },
  ],
  acts: [
    { path: '/billables', permission: 'billable_item.create', again: newBillable, act: create },
    { path: '/billables/:id/stop', permission: 'billable_item.stop', again: stopPage, act: stop },
  ],
}

async function create({ means, actor, t, locale }: Desk, { form }: Asked) {
  const client = await findClient(means.db, actor, textOf(form, 'client_id'), 'client.read')
  const name = textOf(form, 'name')
  const [on, notes] = [optional(form, 'on'), optional(form, 'notes')]
  const timing = textOf(form, 'timing')
  const input = {
    ...{ client_id: client.id, name, timing, apart: ticked(form, 'apart') },
    ...{ cycle: optional(form, 'cycle'), times: countOf(form, 'times') },
    ...(on === null || timing !== 'day' ? {} : { on }),
    ...(notes === null ? {} : { notes }),
    lines: linesOf(form, client.currency, locale),
  }
  const id = await createBillable(means, input, actor)
  return { href: `/admin/billables/${id}`, message: t('admin.billables.created', { name }) }
}

/** Columns of the grid become lines; rows without description and price are left out. */
function linesOf(form: FormBody, currency: string, locale: string) {
  const column = (name: string) => (form[name] ?? {}) as FormBody
  return Object.keys(column('description'))
    .map((i) => ({
      description: textOf(column('description'), i),
      basis: textOf(column('basis'), i) || 'amount',
      quantity: (textOf(column('quantity'), i) || '1').replace(',', '.'),
      unit: textOf(column('unit'), i),
      tax_class: textOf(column('tax_class'), i) || 'standard',
    }))
    .filter(({ description, unit }) => description !== '' || unit !== '')
    .map(({ unit, ...line }) => ({
      ...line,
      unit_minor: readAmount(unit, currency, locale)?.toString() ?? '',
    }))
}

async function stop({ means, actor, t }: Desk, { form, params }: Asked) {
  await stopBillable(means, { item_id: params.id, reason: textOf(form, 'reason') }, actor)
  return { href: `/admin/billables/${params.id!}`, message: t('admin.billables.stopped') }
}
