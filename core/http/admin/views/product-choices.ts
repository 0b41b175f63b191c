import type { Option, Product } from '../../../catalog/index.ts'
import { sql } from '../../../db/index.ts'
import type { Block } from '../blocks.ts'
import { filled, formParts, labeller, moneyText, tickedField, type Asked, type Desk } from '../desk.ts'
import { productState } from './catalog.ts'
import { fieldFields } from './field-fields.ts'

export function optionsTable(desk: Desk, product: Product): Block {
  const { t } = desk
  const l = labeller(desk)
  return {
    kind: 'table',
    id: `product-${product.id}-options`,
    title: t('admin.options.title'),
    columns: [
      { label: l('name'), phone: 'title' },
      { label: l('key') },
      { label: l('kind'), phone: 'side' },
      { label: l('values') },
      { label: l('setting'), phone: 'hide' },
    ],
    rows: product.options
      .filter((option) => option.retiredAt === null)
      .map((option) => ({
        id: `row-${option.id}`,
        href: `/admin/catalog/options/${option.id}`,
        label: option.name,
        cells: [
          option.name,
          { mono: option.key },
          t(`admin.option_kind.${option.kind}`),
          valuesText(desk, option),
          option.setting,
        ],
      })),
    empty: { icon: 'adjustments', title: t('admin.options.none') },
  }
}

function valuesText(desk: Desk, option: Option): string {
  if (option.values.length > 0)
    return option.values
      .filter((value) => value.retiredAt === null)
      .map((value) => value.label)
      .join(', ')
  const price = option.prices[0]
  return price ? moneyText(desk, price.amountMinor, price.currency) : ''
}

export function optionForm(desk: Desk, asked: Asked, product: Product): Block {
  const { t } = desk
  const l = labeller(desk)
  return {
    kind: 'form',
    id: `product-${product.id}-option-form`,
    title: t('admin.options.new'),
    action: `/admin/catalog/products/${product.id}/options`,
    fields: [
      { ...filled(asked, 'option_name'), label: l('name') },
      { ...filled(asked, 'key'), label: l('key'), hint: t('admin.options.key_hint') },
      {
        ...filled(asked, 'kind', 'list'),
        kind: 'select',
        label: l('kind'),
        options: ['list', 'radio', 'checkbox', 'quantity', 'number'].map((value) => ({
          value,
          label: t(`admin.option_kind.${value}`),
        })),
      },
      {
        ...filled(asked, 'setting'),
        label: l('setting'),
        required: false,
        hint: t('admin.options.setting_hint'),
      },
      { ...tickedField(asked, 'required', true), label: t('admin.options.required') },
    ],
    submit: { label: t('admin.options.add'), kind: 'secondary' },
    ...formParts(desk, asked),
  }
}

export function fieldsTable(desk: Desk, product: Product): Block {
  const { t } = desk
  const l = labeller(desk)
  return {
    kind: 'table',
    id: `product-${product.id}-fields`,
    title: t('admin.fields.title'),
    columns: [
      { label: l('name'), phone: 'title' },
      { label: l('key') },
      { label: l('kind'), phone: 'side' },
      { label: l('setting') },
    ],
    rows: product.fields
      .filter((field) => field.retiredAt === null)
      .map((field) => ({
        id: `row-${field.id}`,
        href: `/admin/catalog/fields/${field.id}`,
        label: field.label,
        cells: [field.label, { mono: field.key }, t(`admin.field_kind.${field.kind}`), field.setting],
        menu: [
          {
            label: t('admin.remove'),
            href: `/admin/catalog/fields/${field.id}/retire`,
            icon: 'trash',
            post: true,
            danger: true,
          },
        ],
      })),
    empty: { icon: 'list-details', title: t('admin.fields.none') },
  }
}

/** The position after all that is asked or offered already. */
export const lastOf = (all: readonly { position: number }[]): number =>
  all.reduce((last, { position }) => Math.max(last, position + 1), 0)

export function fieldForm(desk: Desk, asked: Asked, product: Product): Block {
  const { t } = desk
  return {
    kind: 'form',
    id: `product-${product.id}-field-form`,
    title: t('admin.fields.new'),
    action: `/admin/catalog/products/${product.id}/fields`,
    fields: fieldFields(desk, asked, null, lastOf(product.fields)),
    submit: { label: t('admin.fields.add'), kind: 'secondary' },
    ...formParts(desk, asked),
  }
}

export async function addonBlocks(desk: Desk, asked: Asked, product: Product): Promise<Block[]> {
  const { t, means } = desk
  const l = labeller(desk)
  const known = new Set([product.id, ...product.addons.map(({ id }) => id)])
  const others = await means.db.all<{ id: string; name: string }>(
    sql`select id, name from products where brand_id = ${product.brandId} and kind = 'addon' and status <> 'retired' order by name limit 200`,
  )
  const offered = others.filter(({ id }) => !known.has(id))
  return [
    {
      kind: 'table',
      id: `product-${product.id}-addons`,
      title: t('admin.addons.title'),
      columns: [
        { label: l('product'), phone: 'title' },
        { label: l('state'), phone: 'side' },
      ],
      rows: product.addons.map((addon) => ({
        id: `row-${addon.id}`,
        href: `/admin/catalog/products/${addon.id}`,
        label: addon.name,
        cells: [addon.name, productState(desk, addon.status)],
        menu: [
          {
            label: t('admin.remove'),
            href: `/admin/catalog/products/${product.id}/addons/${addon.id}/unlink`,
            icon: 'trash',
            post: true,
          },
        ],
      })),
      empty: { icon: 'puzzle', title: t('admin.addons.none') },
    },
    ...(offered.length > 0
      ? [
          {
            kind: 'form' as const,
            id: `product-${product.id}-addon-form`,
            action: `/admin/catalog/products/${product.id}/addons`,
            fields: [
              {
                ...filled(asked, 'addon_id', offered[0]!.id),
                kind: 'select',
                label: l('product'),
                options: offered.map(({ id, name }) => ({ value: id, label: name })),
              },
            ],
            submit: { label: t('admin.addons.add'), kind: 'secondary' as const },
            ...formParts(desk, asked),
          },
        ]
      : []),
  ]
}
