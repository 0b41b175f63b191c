import {
  addTaxPreset,
  changeSeller,
  changeTaxRule,
  createTaxRule,
  deleteTaxRule,
  importTaxRates,
  presetNoteKeys,
} from '../../brands/index.ts'
import { invalidInput } from '../../kernel/index.ts'
import type { FormBody } from '../context.ts'
import { countOf, optional, textOf, ticked, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { editTaxRule, taxPage } from './views/tax-rules.ts'
import { taxPreviewPage, taxSetsPage } from './views/tax-tools.ts'

const PPM_PER_PERCENT = 10_000

export const tax: Section = {
  pages: [
    { path: '/tax', permission: 'tax_rule.list', draw: taxPage },
    { path: '/tax/preview', permission: 'tax_rule.preview', draw: taxPreviewPage },
    { path: '/tax/sets', permission: 'tax_rule.add_preset', draw: taxSetsPage },
    { path: '/tax/:id/edit', permission: 'tax_rule.change', draw: editTaxRule },
  ],
  acts: [
    { path: '/tax', permission: 'tax_rule.create', again: taxPage, act: create },
    { path: '/tax/sets', permission: 'tax_rule.add_preset', again: taxSetsPage, act: addSet },
    { path: '/tax/import', permission: 'tax_rule.import', again: taxSetsPage, act: importTable },
    { path: '/tax/rounding', permission: 'seller.change', again: taxSetsPage, act: round },
    { path: '/tax/untaxed', permission: 'seller.change', again: taxSetsPage, act: priceUntaxed },
    { path: '/tax/:id', permission: 'tax_rule.change', again: editTaxRule, act: change },
    { path: '/tax/:id/remove', permission: 'tax_rule.delete', again: taxPage, act: remove },
  ],
}

async function create({ means, actor, t }: Desk, { form }: Asked) {
  const [region, ends_on] = [optional(form, 'region'), optional(form, 'ends_on')]
  const owed_to = optional(form, 'owed_to')?.toUpperCase() ?? null
  const input = {
    seller_id: textOf(form, 'seller_id'),
    country: textOf(form, 'country').toUpperCase(),
    ...(region === null ? {} : { region }),
    tax_class: textOf(form, 'tax_class'),
    buyer_kind: textOf(form, 'buyer_kind') || 'any',
    treatment: textOf(form, 'treatment') || 'standard',
    name: textOf(form, 'name'),
    rate_ppm: ppmOf(textOf(form, 'rate')),
    level: countOf(form, 'level') ?? 1,
    compound: ticked(form, 'compound'),
    owed_to,
    notes: notesOf(form),
    starts_on: textOf(form, 'starts_on'),
    ends_on,
  }
  await createTaxRule(means, input, actor)
  return { href: '/admin/tax', message: t('admin.tax.created', { name: input.name, country: input.country }) }
}

const notesOf = (form: FormBody): Record<string, string> =>
  Object.fromEntries(
    ['en', 'de'].flatMap((language) => {
      const text = textOf(form, `note_${language}`)
      return text === '' ? [] : [[language, text]]
    }),
  )

/** "19", "7.7" or "7,7" per cent. */
function ppmOf(text: string): number {
  if (!/^\d{1,3}([.,]\d{1,4})?$/.test(text)) throw invalidInput({ rate: 'must be a number such as 12.5' })
  return Math.round(Number(text.replace(',', '.')) * PPM_PER_PERCENT)
}

async function change({ means, actor, t }: Desk, { form, params }: Asked) {
  const given = (name: string) => form[name] !== undefined
  const input = {
    tax_rule_id: params.id,
    ...(given('name') ? { name: textOf(form, 'name') } : {}),
    ...(given('rate') ? { rate_ppm: ppmOf(textOf(form, 'rate')) } : {}),
    ...(given('starts_on') ? { starts_on: textOf(form, 'starts_on') } : {}),
    ends_on: optional(form, 'ends_on'),
  }
  await changeTaxRule(means, input, actor)
  return { href: '/admin/tax', message: t('tax.done.changed') }
}

async function remove({ means, actor, t }: Desk, { params }: Asked) {
  await deleteTaxRule(means, { tax_rule_id: params.id }, actor)
  return { href: '/admin/tax', message: t('admin.tax.removed') }
}

/** The sentences of the law stand in the locales, so that each language has its own. */
async function addSet({ means, actor, t }: Desk, { form }: Asked) {
  const { messages } = means
  const notes = Object.fromEntries(
    presetNoteKeys.map((key) => [
      key,
      Object.fromEntries(
        messages.locales.map((locale) => [locale, messages.translator(locale)(`tax.legal.${key}`)]),
      ),
    ]),
  )
  const input = {
    ...{ seller_id: textOf(form, 'seller_id'), preset: textOf(form, 'preset'), notes },
    ...{ tax_class: textOf(form, 'tax_class'), starts_on: textOf(form, 'starts_on') },
    oss: ticked(form, 'oss'),
  }
  const { added, passed } = await addTaxPreset(means, input, actor)
  return { href: '/admin/tax', message: t('tax.done.set_added', { added, passed }) }
}

async function importTable({ means, actor, t }: Desk, { form, uploads }: Asked) {
  const file = uploads.get('u.csv')
  if (!file) throw invalidInput({ 'f.csv': 'is missing' })
  const replaces_on = optional(form, 'replaces_on')
  const input = {
    ...{ seller_id: textOf(form, 'seller_id'), csv: new TextDecoder().decode(file.bytes) },
    ...(replaces_on === null ? {} : { replaces_on }),
  }
  const { added, ended } = await importTaxRates(means, input, actor)
  return { href: '/admin/tax/sets', message: t('tax.done.imported', { added, ended }) }
}

async function round({ means, actor, t }: Desk, { form }: Asked) {
  const set = { tax_rounding: textOf(form, 'tax_rounding') }
  const { name } = await changeSeller(means, { seller_id: textOf(form, 'seller_id'), set }, actor)
  return { href: '/admin/tax/sets', message: t('tax.done.rounding', { seller: name }) }
}

async function priceUntaxed({ means, actor, t }: Desk, { form }: Asked) {
  const set = { untaxed_price: textOf(form, 'untaxed_price') }
  const { name } = await changeSeller(means, { seller_id: textOf(form, 'seller_id'), set }, actor)
  return { href: '/admin/tax/sets', message: t('tax.done.untaxed', { seller: name }) }
}
