import { findClient } from '../../clients/index.ts'
import { getFile } from '../../files/index.ts'
import { invalidInput, NotFound } from '../../kernel/index.ts'
import {
  changeQuote,
  createQuote,
  followUpQuote,
  getQuote,
  keepQuote,
  quoteFileName,
  resendQuote,
  reviseQuote,
  sendQuote,
  sentVersion,
  withdrawQuote,
} from '../../orders/index.ts'
import type { FormBody } from '../context.ts'
import { readAmount } from '../page/index.ts'
import { optional, textOf, ticked, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { editQuote, newQuote } from './views/quote-form.ts'
import { quoteList, quotePage, withdrawPage } from './views/quotes.ts'

export const quotes: Section = {
  pages: [
    { path: '/quotes', permission: 'quote.list', draw: quoteList },
    { path: '/quotes/new', permission: 'quote.create', draw: newQuote },
    { path: '/quotes/:id', permission: 'quote.read', draw: quotePage },
    { path: '/quotes/:id/edit', permission: 'quote.change', draw: editQuote },
    { path: '/quotes/:id/withdraw', permission: 'quote.withdraw', draw: withdrawPage },
  ],
  files: [{ path: '/quotes/:id.pdf', permission: 'quote.read', send: sendPdf }],
  acts: [
    { path: '/quotes', permission: 'quote.create', again: newQuote, act: create },
    { path: '/quotes/:id', permission: 'quote.change', again: editQuote, act: change },
    { path: '/quotes/:id/send', permission: 'quote.send', again: quotePage, act: send },
    { path: '/quotes/:id/resend', permission: 'quote.resend', again: quotePage, act: resend },
    { path: '/quotes/:id/revise', permission: 'quote.revise', again: quotePage, act: revise },
    { path: '/quotes/:id/withdraw', permission: 'quote.withdraw', again: withdrawPage, act: withdraw },
    { path: '/quotes/:id/follow-up', permission: 'quote.follow_up', again: quotePage, act: followUp },
  ],
}

const at = (asked: Asked): string => `/admin/quotes/${asked.params.id!}`

async function create({ means, actor, t, locale }: Desk, { form }: Asked) {
  const client = await findClient(means.db, actor, textOf(form, 'client_id'), 'client.read')
  const input = { client_id: client.id, ...contentOf(form, client.currency, locale) }
  const id = await createQuote(means, input, actor)
  return { href: `/admin/quotes/${id}`, message: t('offers.quote.done.created') }
}

async function change({ means, actor, t, locale }: Desk, asked: Asked) {
  const { currency } = await getQuote(means.db, actor, asked.params.id!)
  const version = asked.version === null ? {} : { version: asked.version }
  await changeQuote(
    means,
    { quote_id: asked.params.id, ...version, ...contentOf(asked.form, currency, locale) },
    actor,
  )
  return { href: at(asked), message: t('offers.quote.done.changed') }
}

async function send({ means, actor, t }: Desk, asked: Asked) {
  const { number } = await sendQuote(means, { quote_id: asked.params.id }, actor)
  return { href: at(asked), message: t('offers.quote.done.sent', { number }) }
}

async function resend({ means, actor, t }: Desk, asked: Asked) {
  await resendQuote(means, { quote_id: asked.params.id }, actor)
  return { href: at(asked), message: t('offers.quote.done.resent') }
}

async function revise({ means, actor, t }: Desk, asked: Asked) {
  await reviseQuote(means, { quote_id: asked.params.id }, actor)
  return { href: `${at(asked)}/edit`, message: t('offers.quote.done.revised') }
}

async function withdraw({ means, actor, t }: Desk, asked: Asked) {
  await withdrawQuote(means, { quote_id: asked.params.id, reason: textOf(asked.form, 'reason') }, actor)
  return { href: at(asked), message: t('offers.quote.done.withdrawn') }
}

async function followUp({ means, actor, t }: Desk, asked: Asked) {
  const { form, params } = asked
  const input = { follow_up_on: optional(form, 'follow_up_on'), staff_note: optional(form, 'staff_note') }
  await followUpQuote(means, { quote_id: params.id, ...input }, actor)
  return { href: at(asked), message: t('offers.quote.done.noted') }
}

/** The PDF of the version that the client has. */
async function sendPdf({ means, actor }: Desk, { params }: Asked) {
  const quote = await getQuote(means.db, actor, params.id!)
  const version = sentVersion(quote)
  if (!version) throw NotFound({ what: 'document', id: quote.id })
  const translator = (locale: string) => means.messages.translator(locale)
  const file = await getFile(means.db, await keepQuote({ ...means, translator }, quote, version))
  const name = quoteFileName(quote, version)
  return { name, type: 'application/pdf', body: await means.files.read(file!.sha256) }
}

/** Rows of the grid: with a product they are ordered, without one they are free lines; empty ones are left out. */
function contentOf(form: FormBody, currency: string, locale: string) {
  const column = (name: string) => (form[name] ?? {}) as FormBody
  const places = Object.keys(column('description'))
  const rows = places.map((i) => {
    const of = (name: string) => textOf(column(name), i)
    return {
      at: i,
      product: of('product'),
      cycle: of('cycle'),
      description: of('description'),
      quantity: of('quantity'),
      unit: of('unit'),
      percent: of('percent'),
    }
  })
  const amount = (text: string) => readAmount(text, currency, locale)?.toString() ?? ''
  const lasts = ticked(form, 'lasts')
  const products = rows
    .filter(({ product }) => product !== '')
    .map((row) => ({
      ...{ product_id: row.product, cycle: row.cycle || '1m', quantity: Number(row.quantity || 1), lasts },
      options: optionsOf(row.description),
      ...(row.unit === '' ? {} : { unit_minor: amount(row.unit) }),
      ...(row.percent === '' ? {} : { percent: row.percent }),
    }))
  const lines = rows
    .filter(({ product, description, unit }) => product === '' && (description !== '' || unit !== ''))
    .map((row) => ({
      ...{ description: row.description, quantity: row.quantity || '1', unit_minor: amount(row.unit) },
      tax_class: 'standard',
    }))
  const intro = optional(form, 'intro')
  return {
    ...{ title: textOf(form, 'title'), expires_on: textOf(form, 'expires_on') },
    ...(intro === null ? {} : { intro }),
    discount_label: textOf(form, 'discount_label'),
    ...{ products, lines },
  }
}

/** "memory=8, place=nyc" → options by key. */
function optionsOf(text: string): Record<string, string> {
  const pairs = text
    .split(/[,\n]/)
    .map((pair) => pair.trim())
    .filter(Boolean)
  const bad = pairs.find((pair) => !/^[a-z0-9][a-z0-9_.-]*\s*=/.test(pair))
  if (bad !== undefined) throw invalidInput({ lines: `"${bad}" is not an option such as memory=8` })
  return Object.fromEntries(
    pairs.map((pair) => {
      const [key = '', ...value] = pair.split('=')
      return [key.trim(), value.join('=').trim()]
    }),
  )
}
