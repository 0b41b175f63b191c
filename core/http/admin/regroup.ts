import { mergeInvoices, recordMany, splitInvoice } from '../../billing/index.ts'
import { findClient } from '../../clients/index.ts'
import { invalidInput } from '../../kernel/index.ts'
import type { FormBody } from '../context.ts'
import { readAmount } from '../page/index.ts'
import { optional, textOf, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { mergePage, recordManyPage, splitPage } from './views/regroup.ts'

export const regroup: Section = {
  pages: [
    { path: '/clients/:id/merge', permission: 'invoice.merge', draw: mergePage },
    { path: '/clients/:id/payment', permission: 'payment.record_many', draw: recordManyPage },
    { path: '/invoices/:id/split', permission: 'invoice.split', draw: splitPage },
  ],
  acts: [
    { path: '/clients/:id/merge', permission: 'invoice.merge', again: mergePage, act: merge },
    { path: '/clients/:id/payment', permission: 'payment.record_many', again: recordManyPage, act: record },
    { path: '/invoices/:id/split', permission: 'invoice.split', again: splitPage, act: split },
  ],
}

/** Names of the boxes that are ticked: pick[inv_…]. */
const picked = (form: FormBody): string[] => {
  const group = form.pick
  return group && typeof group === 'object' && !Array.isArray(group) ? Object.keys(group) : []
}

async function merge({ means, actor, t }: Desk, { form, params }: Asked) {
  await findClient(means.db, actor, params.id!, 'client.read')
  const ids = picked(form)
  if (ids.length < 2) throw invalidInput({ pick: t('admin.regroup.two') })
  const due = optional(form, 'due_on')
  const reason = textOf(form, 'reason')
  const input = { invoice_ids: ids, reason, ...(due === null ? {} : { due_on: due }) }
  const { id, number } = await mergeInvoices(means, input, actor)
  return { href: `/admin/invoices/${id}`, message: t('admin.regroup.merged', { number: number ?? '' }) }
}

async function split({ means, actor, t }: Desk, { form, params }: Asked) {
  const positions = picked(form).map(Number)
  if (positions.length === 0) throw invalidInput({ pick: t('admin.regroup.one') })
  const due = optional(form, 'due_on')
  const reason = textOf(form, 'reason')
  const input = { invoice_id: params.id, positions, reason, ...(due === null ? {} : { due_on: due }) }
  const [named, rest] = await splitInvoice(means, input, actor)
  const numbers = { first: named!.number ?? '', second: rest!.number ?? '' }
  return { href: `/admin/invoices/${named!.id}`, message: t('admin.regroup.was_split', numbers) }
}

async function record({ means, actor, t, locale }: Desk, { form, params }: Asked) {
  const client = await findClient(means.db, actor, params.id!, 'client.read')
  const ids = picked(form)
  if (ids.length === 0) throw invalidInput({ pick: t('admin.regroup.one_invoice') })
  const amount = readAmount(textOf(form, 'amount'), client.currency, locale)
  if (amount === null || amount <= 0n) throw invalidInput({ amount: 'is not an amount such as 24.00' })
  const note = optional(form, 'note')
  const input = {
    ...{ invoice_ids: ids, amount_minor: amount.toString(), reference: textOf(form, 'reference') },
    ...(note === null ? {} : { note }),
  }
  const payment = await recordMany(means, input, actor)
  return { href: `/admin/payments/${payment.id}`, message: t('admin.invoices.done.recorded') }
}
