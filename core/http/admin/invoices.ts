import {
  changeDraft,
  chargeMethod,
  createDraft,
  creditInvoice,
  discardDraft,
  fileName,
  getInvoice,
  issueDraft,
  keepDocument,
  readEInvoice,
  recallFromCollections,
  recordPayment,
  sendToCollections,
  voidInvoice,
  writeOffInvoice,
  type Invoice,
} from '../../billing/index.ts'
import { getFile } from '../../files/index.ts'
import { invalidInput, NotFound } from '../../kernel/index.ts'
import { findClient } from '../../clients/index.ts'
import type { FormBody } from '../context.ts'
import { readAmount } from '../page/index.ts'
import { optional, textOf, type Asked, type Desk } from './desk.ts'
import type { Act, Page, Section } from './pages.ts'
import { chargePage, editInvoice, newInvoice, paymentPage, voidPage, whyPage } from './views/invoice-forms.ts'
import { invoiceList } from './views/invoice-list.ts'
import { invoicePage } from './views/invoice.ts'
import { creditPage, lineField } from './views/credit-page.ts'
import { atItsLine } from './views/note-lines.ts'
import { invoiceMove, invoiceMoves, pathOf, type InvoiceMove } from './views/invoice-moves.ts'

const moves = {
  write_off: writeOffInvoice,
  collections: sendToCollections,
  recall: recallFromCollections,
  credit: creditInvoice,
}
const permissionOf = (move: InvoiceMove): string => moves[move].permission
const pageOf = (move: InvoiceMove) => (move === 'credit' ? creditPage : invoiceMove(move))

export const invoices: Section = {
  pages: [
    { path: '/invoices', permission: 'invoice.list', draw: invoiceList },
    { path: '/invoices/new', permission: 'invoice.create', draw: newInvoice },
    { path: '/invoices/:id', permission: 'invoice.read', draw: invoicePage, slot: 'admin.invoice.after' },
    { path: '/invoices/:id/edit', permission: 'invoice.change', draw: editInvoice },
    { path: '/invoices/:id/void', permission: 'invoice.void', draw: voidPage },
    { path: '/invoices/:id/payment', permission: 'payment.record', draw: paymentPage },
    { path: '/invoices/:id/charge', permission: 'payment.charge', draw: chargePage },
    { path: '/invoices/:id/why/:position', permission: 'invoice.read', draw: whyPage },
    ...invoiceMoves.map((move): Page => ({
      path: `/invoices/:id/${pathOf(move)}`,
      permission: permissionOf(move),
      draw: pageOf(move),
    })),
  ],
  files: [
    { path: '/invoices/:id.pdf', permission: 'invoice.read', send: sendPdf },
    { path: '/invoices/:id.xml', permission: 'e_invoice.read', send: sendXml },
  ],
  acts: [
    { path: '/invoices', permission: 'invoice.create', again: newInvoice, act: create },
    { path: '/invoices/:id', permission: 'invoice.change', again: editInvoice, act: change },
    { path: '/invoices/:id/issue', permission: 'invoice.issue', again: invoicePage, act: issue },
    { path: '/invoices/:id/discard', permission: 'invoice.discard', act: discard },
    { path: '/invoices/:id/void', permission: 'invoice.void', again: voidPage, act: declareVoid },
    { path: '/invoices/:id/payment', permission: 'payment.record', again: paymentPage, act: record },
    { path: '/invoices/:id/charge', permission: 'payment.charge', again: chargePage, act: charge },
    ...invoiceMoves.map((move): Act => ({
      path: `/invoices/:id/${pathOf(move)}`,
      permission: permissionOf(move),
      again: pageOf(move),
      act: moved(move),
    })),
  ],
}

function moved(move: InvoiceMove): Act['act'] {
  return async ({ means, actor, t, locale }, asked) => {
    const input = { invoice_id: asked.params.id, reason: textOf(asked.form, 'reason') }
    const lines =
      move === 'credit' ? typedLines(asked, await getInvoice(means.db, input.invoice_id!, actor), locale) : []
    const wish = { ...input, ...(lines.length > 0 ? { lines } : {}) }
    await moves[move](means, wish, actor).catch(atItsLine((_, position) => lineField(position)))
    return { href: at(asked), message: t(`admin.invoices.${move}.done`) }
  }
}

/** Lines that an amount was typed for; none: the whole document. */
function typedLines({ form }: Asked, { lines, currency }: Invoice, locale: string) {
  return lines.flatMap(({ position }) => {
    const name = lineField(position)
    const text = textOf(form, name)
    if (text === '') return []
    const minor = readAmount(text, currency, locale)
    if (minor === null || minor === 0n) throw invalidInput({ [name]: 'is not an amount such as 24.00' })
    return [{ position, amount_minor: minor.toString() }]
  })
}

const at = (asked: Asked): string => `/admin/invoices/${asked.params.id!}`

/** The PDF that the client got, rendered once and kept. */
async function sendPdf({ means, actor }: Desk, { params }: Asked) {
  const invoice = await getInvoice(means.db, params.id!, actor)
  if (invoice.number === null) throw NotFound({ what: 'document', id: invoice.id })
  const translator = (locale: string) => means.messages.translator(locale)
  const file = await getFile(means.db, await keepDocument({ ...means, translator }, invoice))
  return { name: fileName(invoice), type: 'application/pdf', body: await means.files.read(file!.sha256) }
}

/** The structured twin: UBL, or CII as it is embedded in the PDF. */
async function sendXml({ means, actor }: Desk, { params, query }: Asked) {
  const { name, xml } = await readEInvoice(means, { invoice_id: params.id, ...formatOf(query) }, actor)
  return { name, type: 'application/xml', body: xml }
}

const formatOf = ({ format }: Asked['query']) => (format === undefined ? {} : { format })

async function create({ means, actor, t, locale }: Desk, { form }: Asked) {
  const client = await findClient(means.db, actor, textOf(form, 'client_id'), 'client.read')
  const input = { client_id: client.id, ...contentOf(form, client.currency, locale) }
  const id = await createDraft(means, input, actor)
  return { href: `/admin/invoices/${id}`, message: t('admin.invoices.done.created') }
}

async function change({ means, actor, t, locale }: Desk, asked: Asked) {
  const { currency } = await getInvoice(means.db, asked.params.id!, actor)
  const version = asked.version === null ? {} : { version: asked.version }
  const input = { invoice_id: asked.params.id, ...version, ...contentOf(asked.form, currency, locale) }
  await changeDraft(means, input, actor)
  return { href: at(asked), message: t('admin.invoices.done.changed') }
}

async function issue({ means, actor, t }: Desk, asked: Asked) {
  const { number } = await issueDraft(means, { invoice_id: asked.params.id }, actor)
  return { href: at(asked), message: t('admin.invoices.done.issued', { number: number ?? '' }) }
}

async function discard({ means, actor, t }: Desk, asked: Asked) {
  await discardDraft(means, { invoice_id: asked.params.id }, actor)
  return { href: '/admin/invoices?status=draft', message: t('admin.invoices.done.discarded') }
}

async function declareVoid({ means, actor, t }: Desk, asked: Asked) {
  const input = { invoice_id: asked.params.id, reason: textOf(asked.form, 'reason') }
  const { number } = await voidInvoice(means, input, actor)
  return { href: at(asked), message: t('admin.invoices.done.voided', { number: number ?? '' }) }
}

async function record({ means, actor, t, locale }: Desk, asked: Asked) {
  const { form } = asked
  const { currency } = await getInvoice(means.db, asked.params.id!, actor)
  const amount = readAmount(textOf(form, 'amount'), currency, locale)
  if (amount === null || amount <= 0n) throw invalidInput({ amount: 'is not an amount such as 24.00' })
  const note = optional(form, 'note')
  const received_on = optional(form, 'received_on')
  const input = {
    invoice_id: asked.params.id,
    instance_id: optional(form, 'instance_id'),
    amount_minor: amount.toString(),
    reference: textOf(form, 'reference'),
    ...(note === null ? {} : { note }),
    ...(received_on === null ? {} : { received_on }),
  }
  await recordPayment(means, input, actor)
  return { href: at(asked), message: t('admin.invoices.done.recorded') }
}

async function charge({ means, actor, t }: Desk, asked: Asked) {
  const input = { invoice_id: asked.params.id, method_id: textOf(asked.form, 'method_id') }
  const payment = await chargeMethod(means, input, actor)
  return { href: at(asked), message: t(`admin.invoices.charged.${payment.status}`) }
}

/** Columns of the grid become lines; rows without description and price are left out. */
function contentOf(form: FormBody, currency: string, locale: string) {
  const column = (name: string) => (form[name] ?? {}) as FormBody
  const places = Object.keys(column('description'))
  const lines = places
    .map((i) => ({ description: textOf(column('description'), i), unit: textOf(column('unit'), i), i }))
    .filter(({ description, unit }) => description !== '' || unit !== '')
    .map(({ description, unit, i }) => ({
      description,
      quantity: textOf(column('quantity'), i) || '1',
      unit_minor: readAmount(unit, currency, locale)?.toString() ?? '',
      tax_class: textOf(column('tax_class'), i) || 'standard',
    }))
  const notes = optional(form, 'notes')
  return { due_on: textOf(form, 'due_on'), ...(notes === null ? {} : { notes }), lines }
}
