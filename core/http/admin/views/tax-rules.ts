import { listSellers, listTaxRules } from '../../../brands/index.ts'
import { formatRate } from '../../../i18n/index.ts'
import type { Block, PageView } from '../blocks.ts'
import { filled, formParts, labeller, tickedField, type Asked, type Desk } from '../desk.ts'
import { allowed } from './clients.ts'

/** Rules of every seller, and a form for one more. */
export async function taxPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { means, actor, t } = desk
  const sellers = await listSellers(means, {}, actor)
  const blocks: Block[] = []
  for (const seller of sellers) blocks.push(await rulesOf(desk, seller))
  return {
    head: { title: t('admin.tax.title'), text: t('admin.tax.text') },
    main: [...blocks, ...(allowed(desk, 'tax_rule.create') ? [ruleForm(desk, asked, sellers)] : [])],
  }
}

async function rulesOf(desk: Desk, seller: { id: string; name: string }): Promise<Block> {
  const { means, actor, t, today } = desk
  const l = labeller(desk)
  const rules = await listTaxRules(means, { seller_id: seller.id }, actor)
  return {
    kind: 'table',
    id: `tax-${seller.id}`,
    title: seller.name,
    columns: [
      { label: l('country'), phone: 'title' },
      { label: l('region') },
      { label: l('tax_class') },
      { label: l('name') },
      { label: l('rate'), align: 'end', phone: 'side' },
      { label: l('tax_level') },
      { label: l('from') },
      { label: l('to'), phone: 'hide' },
    ],
    rows: rules.map((rule) => ({
      id: `row-${rule.id}`,
      label: `${rule.country} ${rule.name}`,
      cells: [
        rule.country,
        rule.region,
        rule.tax_class,
        rule.name,
        formatRate(rule.rate_ppm, desk.locale),
        t(rule.compound === 1 ? 'admin.tax.level_compound' : 'admin.tax.level_of', { level: rule.level }),
        { day: rule.starts_on },
        { day: rule.ends_on },
      ],
      ...(allowed(desk, 'tax_rule.delete') && rule.starts_on > today
        ? {
            menu: [
              {
                label: t('admin.remove'),
                href: `/admin/tax/${rule.id}/remove`,
                icon: 'trash',
                post: true,
                danger: true,
              },
            ],
          }
        : {}),
    })),
    empty: { icon: 'receipt-tax', title: t('admin.tax.none') },
  }
}

function ruleForm(desk: Desk, asked: Asked, sellers: readonly { id: string; name: string }[]): Block {
  const { t, today } = desk
  const l = labeller(desk)
  return {
    kind: 'form',
    id: 'tax-form',
    title: t('admin.tax.new'),
    action: '/admin/tax',
    fields: [
      {
        ...filled(asked, 'seller_id', sellers[0]?.id),
        kind: 'select',
        label: l('seller'),
        options: sellers.map(({ id, name }) => ({ value: id, label: name })),
      },
      { ...filled(asked, 'country'), label: l('country'), hint: t('admin.clients.country_hint') },
      { ...filled(asked, 'region'), label: l('region'), required: false },
      { ...filled(asked, 'tax_class', 'standard'), label: l('tax_class') },
      { ...filled(asked, 'name', 'VAT'), label: l('name'), hint: t('admin.tax.name_hint') },
      { ...filled(asked, 'rate'), label: l('rate'), suffix: '%' },
      {
        ...filled(asked, 'level', 1),
        kind: 'select',
        label: l('tax_level'),
        hint: t('admin.tax.level_hint'),
        options: [1, 2].map((level) => ({ value: String(level), label: t('admin.tax.level_of', { level }) })),
      },
      { ...tickedField(asked, 'compound', false), label: t('admin.tax.compound') },
      { ...filled(asked, 'starts_on', today), kind: 'date', label: l('from') },
      { ...filled(asked, 'ends_on'), kind: 'date', label: l('to'), required: false },
    ],
    submit: { label: t('admin.tax.add') },
    ...formParts(desk, asked),
  }
}
