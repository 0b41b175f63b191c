import {
  buyerKinds,
  listSellers,
  listTaxRules,
  readTaxRule,
  ruleTreatments,
  type TaxRule,
} from '../../../brands/index.ts'
import { formatRate } from '../../../i18n/index.ts'
import type { Block, Field, MenuItem, PageView } from '../blocks.ts'
import { filled, formParts, labeller, tickedField, type Asked, type Desk } from '../desk.ts'
import { allowed } from './clients.ts'
import { taxTabs } from './tax-tabs.ts'
import { countryName } from './words.ts'

/** Rules of every seller, and a form for one more. */
export async function taxPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor, t } = desk
  const sellers = await listSellers(means, {}, actor)
  const blocks: Block[] = []
  for (const { id, name } of named(sellers)) blocks.push(await rulesOf(desk, { id, name }))
  return {
    head: { title: t('admin.tax.title'), text: t('tax.rules_text') },
    tabs: taxTabs(desk, 'rules'),
    main: [...blocks, ...(allowed(desk, 'tax_rule.create') ? [ruleForm(desk, asked, sellers)] : [])],
  }
}

async function rulesOf(desk: Desk, seller: { id: string; name: string }): Promise<Block> {
  const { means, actor, t } = desk
  const l = labeller(desk)
  const rules = await listTaxRules(means, { seller_id: seller.id }, actor)
  return {
    kind: 'table',
    id: `tax-${seller.id}`,
    title: seller.name,
    columns: [
      { label: l('country'), phone: 'title' },
      { label: l('tax_class') },
      { label: t('tax.label.buyer_kind'), phone: 'line' },
      { label: l('name'), phone: 'line' },
      { label: l('rate'), align: 'end', phone: 'side' },
      { label: l('tax_level'), phone: 'hide' },
      { label: l('from') },
      { label: l('to'), phone: 'hide' },
    ],
    rows: rules.map((rule) => ({
      id: `row-${rule.id}`,
      label: `${rule.country} ${rule.name}`,
      cells: [
        placeOf(desk, rule),
        rule.tax_class,
        t(`tax.kind.${rule.buyer_kind}`),
        rule.treatment === 'standard' ? rule.name : `${rule.name} (${t(`tax.treatment.${rule.treatment}`)})`,
        rateText(desk, rule),
        t(rule.compound === 1 ? 'admin.tax.level_compound' : 'admin.tax.level_of', { level: rule.level }),
        { day: rule.starts_on },
        { day: rule.ends_on },
      ],
      menu: menuOf(desk, rule),
    })),
    empty: { icon: 'receipt-tax', title: t('admin.tax.none') },
  }
}

const placeOf = (desk: Desk, { country, region }: TaxRule): string =>
  country === '*' ? desk.t('tax.elsewhere') : [countryName(desk, country), region].filter(Boolean).join(' · ')

function rateText({ t, locale }: Desk, { rate_ppm, base_numerator, base_denominator }: TaxRule): string {
  const rate = formatRate(rate_ppm, locale)
  if (base_numerator === base_denominator) return rate
  return t('tax.rate_of_part', { rate, part: `${base_numerator}/${base_denominator}` })
}

function menuOf(desk: Desk, rule: TaxRule): MenuItem[] {
  const { t, today } = desk
  const edit: MenuItem = { label: t('admin.edit'), href: `/admin/tax/${rule.id}/edit`, icon: 'pencil' }
  const remove: MenuItem = {
    ...{ label: t('admin.remove'), href: `/admin/tax/${rule.id}/remove` },
    ...{ icon: 'trash', post: true, danger: true },
  }
  return [
    ...(allowed(desk, 'tax_rule.change') ? [edit] : []),
    ...(allowed(desk, 'tax_rule.delete') && rule.starts_on > today ? [remove] : []),
  ]
}

function ruleForm(desk: Desk, asked: Asked, sellers: readonly NamedSeller[]): Block {
  const { t, today } = desk
  const l = labeller(desk)
  return {
    kind: 'form',
    id: 'tax-form',
    title: t('admin.tax.new'),
    action: '/admin/tax',
    fields: [
      sellerField(desk, asked, sellers),
      { ...filled(asked, 'country'), label: l('country'), hint: t('tax.country_hint') },
      { ...filled(asked, 'region'), label: l('region'), required: false },
      { ...filled(asked, 'tax_class', 'standard'), label: l('tax_class') },
      choice(desk, asked, 'buyer_kind', { values: buyerKinds, words: 'kind' }),
      choice(desk, asked, 'treatment', { values: ruleTreatments, words: 'treatment' }),
      { ...filled(asked, 'name', t('tax.usual_name')), label: l('name'), hint: t('admin.tax.name_hint') },
      { ...filled(asked, 'rate'), label: l('rate'), suffix: '%' },
      {
        ...filled(asked, 'owed_to'),
        label: t('tax.label.owed_to'),
        hint: t('tax.owed_to_hint'),
        required: false,
      },
      {
        ...filled(asked, 'level', 1),
        kind: 'select',
        label: l('tax_level'),
        hint: t('admin.tax.level_hint'),
        options: [1, 2, 3, 4].map((level) => ({
          value: String(level),
          label: t('admin.tax.level_of', { level }),
        })),
      },
      { ...tickedField(asked, 'compound', false), label: t('admin.tax.compound') },
      ...(['en', 'de'] as const).map((language): Field => ({
        ...filled(asked, `note_${language}`),
        label: t('tax.label.note', { language }),
        hint: t('tax.note_hint'),
        required: false,
      })),
      { ...filled(asked, 'starts_on', today), kind: 'date', label: l('from') },
      { ...filled(asked, 'ends_on'), kind: 'date', label: l('to'), required: false },
    ],
    submit: { label: t('admin.tax.add') },
    ...formParts(desk, asked),
  }
}

export function sellerField(desk: Desk, asked: Asked, sellers: readonly NamedSeller[]): Field {
  return {
    ...filled(asked, 'seller_id', asked.query.seller_id ?? sellers[0]?.id),
    kind: 'select',
    label: labeller(desk)('seller'),
    options: named(sellers).map(({ id, name }) => ({ value: id, label: name })),
  }
}

interface NamedSeller {
  id: string
  name: string
  tax_id: string | null
}

/** Sellers of one name are told apart by their tax ids, and by their own ids where those are the same too. */
export function named(sellers: readonly NamedSeller[]): { id: string; name: string }[] {
  const ways: ((seller: NamedSeller) => string)[] = [
    ({ name }) => name,
    ({ name, tax_id }) => (tax_id ? `${name} (${tax_id})` : name),
    ({ name, id }) => `${name} (${id})`,
  ]
  return sellers.map((seller) => {
    const isAlone = (way: (typeof ways)[number]) =>
      sellers.every((other) => other === seller || way(other) !== way(seller))
    return { id: seller.id, name: (ways.find(isAlone) ?? ways[0]!)(seller) }
  })
}

/** One of a fixed list, the first unless another was asked for. */
export function choice(
  { t }: Desk,
  asked: Asked,
  name: string,
  of: { values: readonly string[]; words: string },
): Field {
  return {
    ...filled(asked, name, asked.query[name] ?? of.values[0]),
    kind: 'select',
    label: t(`tax.label.${name}`),
    options: of.values.map((value) => ({ value, label: t(`tax.${of.words}.${value}`) })),
  }
}

/** All of a rule until its first day; from then on its end. */
export async function editTaxRule(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor, t, today } = desk
  const l = labeller(desk)
  const rule = await readTaxRule(means, { tax_rule_id: asked.params.id }, actor)
  const begun = rule.starts_on <= today
  const open: Field[] = [
    { ...filled(asked, 'name', rule.name), label: l('name') },
    { ...filled(asked, 'rate', rule.rate_ppm / 10_000), label: l('rate'), suffix: '%' },
    { ...filled(asked, 'starts_on', rule.starts_on), kind: 'date', label: l('from') },
  ]
  const title = `${placeOf(desk, rule)} ${rule.name}`
  return {
    head: {
      title,
      crumbs: [{ label: t('admin.tax.title'), href: '/admin/tax' }, { label: title }],
      text: t(begun ? 'tax.edit_begun' : 'tax.edit_text'),
    },
    main: [
      {
        kind: 'form',
        id: 'tax-edit',
        action: `/admin/tax/${rule.id}`,
        fields: [
          ...(begun ? [] : open),
          { ...filled(asked, 'ends_on', rule.ends_on), kind: 'date', label: l('to'), required: false },
        ],
        submit: { label: t('admin.save') },
        cancelHref: '/admin/tax',
        ...formParts(desk, asked, rule.version),
      },
    ],
  }
}
