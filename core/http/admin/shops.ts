import { changeLayout, samplePdf } from '../../billing/index.ts'
import { changeBrand, changeSeller } from '../../brands/index.ts'
import { BerthError, invalidInput } from '../../kernel/index.ts'
import { url } from '../../render/index.ts'
import type { FormBody } from '../context.ts'
import { optional, textOf, ticked, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { COLUMNS, layoutPage } from './views/layout.ts'
import { brandPage, sellersPage } from './views/shops.ts'

/** The brands that sell, and the legal entities that they sell for. */
export const shops: Section = {
  pages: [
    { path: '/sellers', permission: 'seller.list', draw: sellersPage },
    { path: '/brands/:id', permission: 'brand.read', draw: brandPage },
    { path: '/brands/:id/layout', permission: 'document_layout.read', draw: layoutPage },
  ],
  files: [{ path: '/brands/:id/sample.pdf', permission: 'document_layout.preview', send: sendSample }],
  acts: [
    { path: '/sellers/:id', permission: 'seller.change', again: sellersPage, act: saveSeller },
    { path: '/brands/:id', permission: 'brand.change', again: brandPage, act: saveBrand },
    {
      path: '/brands/:id/layout',
      permission: 'document_layout.change',
      again: layoutPage,
      act: saveLayout,
    },
  ],
}

async function saveSeller({ means, actor, t }: Desk, { form, params, version }: Asked) {
  const set = {
    name: textOf(form, 'name'),
    address: {
      lines: partsOf(form, 'lines', /\n/),
      postcode: textOf(form, 'postcode'),
      city: textOf(form, 'city'),
    },
    country: textOf(form, 'country'),
    region: optional(form, 'region')?.toUpperCase() ?? null,
    tax_id: optional(form, 'tax_id'),
    accounting_currency: optional(form, 'accounting_currency')?.toUpperCase() ?? null,
    email: textOf(form, 'email'),
    legal_text: optional(form, 'legal_text'),
  }
  const input = { seller_id: params.id, ...(version ? { version } : {}), set }
  const { name } = await changeSeller(means, input, actor).catch(namedAsTyped)
  return { href: '/admin/sellers', message: t('admin.shops.seller_changed', { name }) }
}

async function saveBrand({ means, actor, t }: Desk, { form, params, version }: Asked) {
  const set = {
    name: textOf(form, 'name'),
    hosts: partsOf(form, 'hosts', /[\s,]+/),
    currency: textOf(form, 'currency').toUpperCase(),
    currencies: partsOf(form, 'currencies', /[\s,]+/).map((code) => code.toUpperCase()),
    locale: textOf(form, 'locale'),
    zone: textOf(form, 'zone'),
    prices_include_tax: ticked(form, 'prices_include_tax'),
    sender: textOf(form, 'sender'),
    colour: optional(form, 'colour'),
  }
  const input = { brand_id: params.id, ...(version ? { version } : {}), set }
  const { id, name } = await changeBrand(means, input, actor).catch(namedAsTyped)
  return { href: `/admin/brands/${id}`, message: t('admin.shops.brand_changed', { name }) }
}

/** Of all languages, or where the form names one, of that. */
async function saveLayout({ means, actor, t }: Desk, { form, params, uploads }: Asked) {
  const columns = COLUMNS.map((name) => textOf(form, name).replaceAll('\r\n', '\n')).filter(Boolean)
  const locale = textOf(form, 'language')
  const at = `/admin/brands/${params.id!}/layout`
  const message = t('admin.document_layout.changed')
  if (locale !== '') {
    const own = ['layout', 'paper', 'address'].flatMap((name) => {
      const value = optional(form, name)
      return value === null ? [] : [[name, value]]
    })
    const set = { ...Object.fromEntries(own), ...(columns.length > 0 ? { columns } : {}) } as object
    await changeLayout(means, { brand_id: params.id, language: { locale, set } }, actor)
    return { href: url(at, { language: locale }), message }
  }
  const set = {
    ...{ layout: textOf(form, 'layout'), paper: textOf(form, 'paper'), address: textOf(form, 'address') },
    ...{ accent: optional(form, 'accent'), logo_place: textOf(form, 'logo_place'), columns },
  }
  const file = uploads.get('u.logo')
  const logo = file ? { logo: { bytes: file.bytes } } : ticked(form, 'no_logo') ? { logo: null } : {}
  await changeLayout(means, { brand_id: params.id, set, ...logo }, actor).catch(namedAsTyped)
  return { href: at, message }
}

/** Shown in the browser, not downloaded. */
async function sendSample({ means, actor, locale }: Desk, { params, query }: Asked) {
  const translator = (language: string) => means.messages.translator(language)
  const input = {
    ...{ brand_id: params.id, locale: query.language ?? locale, kind: query.kind ?? 'invoice' },
    ...{ lines: Number(query.lines ?? 5), ...(query.layout ? { layout: query.layout } : {}) },
  }
  return { type: 'application/pdf', body: await samplePdf({ ...means, translator }, input, actor) }
}

const partsOf = (form: FormBody, name: string, between: RegExp): string[] =>
  textOf(form, name)
    .split(between)
    .map((part) => part.trim())
    .filter((part) => part !== '')

/** The check speaks of "set.address.lines.0", the form has "lines". */
function namedAsTyped(error: unknown): never {
  if (!(error instanceof BerthError) || error.code !== 'input.invalid') throw error
  const named = Object.entries(error.fields).map(([name, reason]) => [
    name
      .replace(/^set\./, '')
      .replace(/^address\./, '')
      .replace(/\.\d+$/, ''),
    reason,
  ])
  throw invalidInput(Object.fromEntries(named) as Record<string, string>)
}
