import { listBrands, listSellers, presetNames, type Seller } from '../../../brands/index.ts'
import { previewTaxOf, taxStatements, type TaxPreview } from '../../../billing/index.ts'
import { formatRate } from '../../../i18n/index.ts'
import { BerthError, invalidInput } from '../../../kernel/index.ts'
import { countryOptions, readAmount } from '../../page/index.ts'
import { inMoney, type Block, type PageView } from '../blocks.ts'
import { filled, formParts, labeller, moneyText, tickedField, type Asked, type Desk } from '../desk.ts'
import { choice, sellerField } from './tax-rules.ts'
import { taxTabs } from './tax-tabs.ts'

const KINDS = ['consumer', 'business', 'exempt'] as const

/** What tax would this buyer pay for this product on this day? The question stands in the address. */
export async function taxPreviewPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor, t } = desk
  const sellers = await listSellers(means, {}, actor)
  const currency = asked.query.currency ?? (await listBrands(means, {}, actor))[0]?.currency ?? 'EUR'
  const wanted =
    asked.query.country === undefined
      ? null
      : await answer(desk, { query: { seller_id: sellers[0]?.id ?? '', ...asked.query } }, currency)
  const refused = wanted && 'refused' in wanted ? { ...asked, refused: wanted.refused } : asked
  return {
    head: {
      title: t('tax.preview.title'),
      crumbs: [{ label: t('admin.tax.title'), href: '/admin/tax' }, { label: t('tax.preview.title') }],
      text: t('tax.preview.text'),
    },
    tabs: taxTabs(desk, 'preview'),
    main: [
      question(desk, refused, { sellers, currency }),
      ...(wanted && 'preview' in wanted ? [answered(desk, wanted.preview, currency)] : []),
    ],
  }
}

type Answer = { preview: TaxPreview } | { refused: NonNullable<Asked['refused']> }

async function answer(desk: Desk, { query }: Pick<Asked, 'query'>, currency: string): Promise<Answer> {
  const { means, actor, locale } = desk
  try {
    const amount = readAmount(query.amount ?? '', currency, locale)
    if (amount === null) throw invalidInput({ amount: 'is not an amount such as 24.00' })
    const input = {
      ...{ seller_id: query.seller_id, country: query.country, region: query.region ?? '' },
      ...{ postcode: query.postcode ?? '', buyer_kind: query.buyer_kind, tax_class: query.tax_class },
      ...{
        on: query.on,
        currency,
        amount_minor: String(amount),
        inclusive: query.inclusive === 'on',
        locale,
      },
    }
    return { preview: await previewTaxOf(means, input, actor) }
  } catch (error) {
    if (!(error instanceof BerthError) || error.status !== 422) throw error
    return { refused: { values: query, fields: error.fields, problem: null } }
  }
}

function question(
  desk: Desk,
  asked: Asked,
  { sellers, currency }: { sellers: readonly Seller[]; currency: string },
): Block {
  const { t, today, locale } = desk
  const l = labeller(desk)
  const { query } = asked
  return {
    kind: 'form',
    id: 'tax-preview',
    action: '/admin/tax/preview',
    method: 'get',
    fields: [
      sellerField(desk, asked, sellers),
      {
        ...filled(asked, 'country', query.country ?? sellers[0]?.country),
        ...{ kind: 'select', label: l('country'), options: [...countryOptions(locale)] },
      },
      { ...filled(asked, 'region', query.region), label: l('region'), required: false },
      { ...filled(asked, 'postcode', query.postcode), label: l('postcode'), required: false },
      choice(desk, asked, 'buyer_kind', { values: KINDS, words: 'kind' }),
      { ...filled(asked, 'tax_class', query.tax_class ?? 'standard'), label: l('tax_class') },
      { ...filled(asked, 'on', query.on ?? today), kind: 'date', label: t('tax.label.on') },
      { ...filled(asked, 'currency', currency), label: l('currency') },
      { ...filled(asked, 'amount', query.amount ?? '100'), label: l('amount') },
      { ...tickedField(asked, 'inclusive', query.inclusive === 'on'), label: t('tax.label.inclusive') },
    ],
    submit: { label: t('tax.preview.ask') },
    keys: {},
  }
}

function answered(desk: Desk, preview: TaxPreview, currency: string): Block {
  const { t, locale } = desk
  const l = labeller(desk)
  const money = (minor: bigint) => inMoney(minor, currency)
  const said = {
    tax_notes: JSON.stringify(preview.notes),
    tax_rounding: preview.rounding,
    accounting_tax: null,
  }
  const statements = taxStatements(said, t, locale)
  return {
    kind: 'facts',
    id: 'tax-answer',
    title: t('tax.preview.answer'),
    lines: true,
    items: [
      { label: l('net'), value: money(preview.netMinor) },
      ...preview.groups.map(({ name, ratePpm, treatment, netMinor, taxMinor }) => ({
        label: t('tax.preview.tax', { name, rate: formatRate(ratePpm, locale) }),
        value: money(taxMinor),
        hint: t('tax.preview.on', {
          treatment: t(`tax.treatment.${treatment ?? 'standard'}`),
          base: moneyText(desk, netMinor, currency),
        }),
      })),
      ...(preview.groups.length === 0 ? [{ label: l('tax'), value: t('tax.preview.none') }] : []),
      { label: l('total'), value: money(preview.netMinor + preview.taxMinor), total: true },
      { label: t('tax.label.tax_rounding'), value: t(`tax.rounding.${preview.rounding}`) },
      ...statements.map((value) => ({ label: t('tax.preview.note'), value })),
    ],
  }
}

/** Sets of rules, a table of rates, where tax is rounded, and what is paid without it. */
export async function taxSetsPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor, t, today } = desk
  const l = labeller(desk)
  const sellers = await listSellers(means, {}, actor)
  const of = (form: string) => (asked.path.endsWith(form) ? asked : { ...asked, refused: null })
  const [sets, table, rounding, untaxed] = [of('/sets'), of('/import'), of('/rounding'), of('/untaxed')]
  return {
    head: {
      title: t('tax.sets.title'),
      crumbs: [{ label: t('admin.tax.title'), href: '/admin/tax' }, { label: t('tax.sets.title') }],
      text: t('tax.sets.text'),
    },
    tabs: taxTabs(desk, 'sets'),
    main: [
      {
        ...{ kind: 'form', id: 'tax-sets', title: t('tax.sets.add_title'), action: '/admin/tax/sets' },
        fields: [
          sellerField(desk, sets, sellers),
          choice(desk, sets, 'preset', { values: presetNames, words: 'preset' }),
          { ...filled(sets, 'tax_class', 'standard'), label: l('tax_class') },
          { ...filled(sets, 'starts_on', today), kind: 'date', label: l('from') },
          { ...tickedField(sets, 'oss', false), label: t('tax.label.oss'), hint: t('tax.sets.oss_hint') },
        ],
        submit: { label: t('tax.sets.add') },
        ...formParts(desk, sets),
      },
      {
        ...{ kind: 'form', id: 'tax-import', title: t('tax.sets.import_title'), action: '/admin/tax/import' },
        text: t('tax.sets.import_text'),
        takesFiles: true,
        fields: [
          sellerField(desk, table, sellers),
          { ...filled(table, 'f.csv'), kind: 'file', label: t('tax.label.csv') },
          {
            ...filled(table, 'replaces_on'),
            ...{ kind: 'date', label: t('tax.label.replaces_on'), required: false },
          },
        ],
        submit: { label: t('tax.sets.import') },
        ...formParts(desk, table),
      },
      roundingForm(desk, rounding, sellers),
      untaxedForm(desk, untaxed, sellers),
    ],
  }
}

function roundingForm(desk: Desk, asked: Asked, sellers: readonly Seller[]): Block {
  const { t } = desk
  return {
    ...{ kind: 'form', id: 'tax-rounding', title: t('tax.sets.rounding'), action: '/admin/tax/rounding' },
    text: sellers
      .map(({ name, tax_rounding }) => `${name}: ${t(`tax.rounding.${tax_rounding}`)}.`)
      .concat(t('tax.sets.rounding_text'))
      .join(' '),
    fields: [
      sellerField(desk, asked, sellers),
      choice(desk, asked, 'tax_rounding', { values: ['document', 'line'], words: 'rounding' }),
    ],
    submit: { label: t('admin.save'), kind: 'secondary' },
    ...formParts(desk, asked),
  }
}

function untaxedForm(desk: Desk, asked: Asked, sellers: readonly Seller[]): Block {
  const { t } = desk
  return {
    ...{ kind: 'form', id: 'tax-untaxed', title: t('tax.sets.untaxed'), action: '/admin/tax/untaxed' },
    text: sellers
      .map(({ name, untaxed_price }) => `${name}: ${t(`tax.untaxed.${untaxed_price}`)}.`)
      .concat(t('tax.sets.untaxed_text'))
      .join(' '),
    fields: [
      sellerField(desk, asked, sellers),
      choice(desk, asked, 'untaxed_price', { values: ['net', 'stated'], words: 'untaxed' }),
    ],
    submit: { label: t('admin.save'), kind: 'secondary' },
    ...formParts(desk, asked),
  }
}
