import { priceAt, type Option, type Price } from '../../../catalog/index.ts'
import { sql } from '../../../db/index.ts'
import { cycle, NotFound, type Cycle } from '../../../kernel/index.ts'
import { scoped } from '../../../records/index.ts'
import { toDecimal } from '../../../../sdk/index.ts'
import type { FormBody } from '../../context.ts'
import type { Block, Field, PageView } from '../blocks.ts'
import { filled, formParts, labeller, textOf, tickedField, type Asked, type Desk } from '../desk.ts'
import { conditionBlocks } from './option-conditions.ts'
import { lastOf } from './product-choices.ts'
import { reachProduct } from './product.ts'
import { valueFields, valueTable } from './value-fields.ts'
import { cycleName } from './words.ts'

/** Whose prices a grid row holds: the option itself, or one of its values. */
export interface Priced {
  id: string
  label: string
  prices: readonly Price[]
}

export const pricedParts = (option: Option): Priced[] =>
  option.values.length > 0
    ? option.values.filter((value) => value.retiredAt === null)
    : [{ id: option.id, label: option.name, prices: option.prices }]

/** The option with its product; of another brand it is not found. */
export async function reachOption(desk: Desk, id: string) {
  const row = await desk.means.db.get<{ product_id: string }>(sql`
    select o.product_id from options o join products p on p.id = o.product_id
    where o.id = ${id} and ${scoped(desk.actor, { table: 'p', client: null })}`)
  if (!row) throw NotFound({ what: 'option', id })
  const { product, currencies } = await reachProduct(desk, row.product_id)
  return { option: product.options.find((one) => one.id === id)!, product, currencies }
}

export async function optionPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  const { option, product, currencies } = await reachOption(desk, asked.params.id!)
  const refused = (end: string): Asked => (asked.path.endsWith(end) ? asked : { ...asked, refused: null })
  const at = `/admin/catalog/options/${option.id}`
  const hasValues = option.kind === 'list' || option.kind === 'radio'
  const cycles = [...new Set(product.prices.map((price) => price.cycle))]
  return {
    head: {
      title: option.name,
      crumbs: [
        { label: t('admin.catalog.title'), href: '/admin/catalog' },
        { label: product.name, href: `/admin/catalog/products/${product.id}` },
        { label: option.name },
      ],
      actions: [{ label: t('admin.options.retire'), post: `${at}/retire`, kind: 'ghost', icon: 'archive' }],
    },
    main: [
      factsForm(desk, refused(option.id), option),
      ...(hasValues ? [valueTable(desk, option), await valueForm(desk, refused('/values'), option)] : []),
      ...(cycles.length > 0 && pricedParts(option).length > 0
        ? [pricesForm(desk, refused('/prices'), { option, cycles, currencies })]
        : []),
      ...conditionBlocks(desk, refused('/conditions'), { option, product }),
      ...(hasValues || option.kind === 'checkbox' ? [] : [stepsTable(desk, { option, cycles, currencies })]),
    ],
  }
}

function factsForm(desk: Desk, asked: Asked, option: Option): Block {
  const { t } = desk
  const l = labeller(desk)
  const counted = option.kind === 'quantity' || option.kind === 'number'
  const number = (name: 'minimum' | 'maximum' | 'step'): Field => ({
    ...filled(asked, name, option[name]),
    kind: 'number',
    min: 0,
    required: false,
    label: l(name),
  })
  return {
    kind: 'form',
    id: 'option-form',
    title: t(`admin.option_kind.${option.kind}`),
    action: `/admin/catalog/options/${option.id}`,
    fields: [
      { ...filled(asked, 'name', option.name), label: l('name') },
      { ...filled(asked, 'hint', option.hint), label: l('hint'), required: false },
      ...(counted ? [number('minimum'), number('maximum'), number('step')] : []),
      { ...filled(asked, 'preset', option.preset), label: l('preset'), required: false },
      {
        ...filled(asked, 'setting', option.setting),
        label: l('setting'),
        required: false,
        hint: t('admin.options.setting_hint'),
      },
      { ...tickedField(asked, 'required', option.required), label: t('admin.options.required') },
      { ...tickedField(asked, 'changeable', option.changeable), label: t('admin.options.changeable') },
    ],
    submit: { label: t('admin.save') },
    ...formParts(desk, asked, option.version),
  }
}

async function valueForm(desk: Desk, asked: Asked, option: Option): Promise<Block> {
  const { t } = desk
  return {
    kind: 'form',
    id: 'value-form',
    title: t('admin.options.new_value'),
    action: `/admin/catalog/options/${option.id}/values`,
    fields: await valueFields(desk, asked, null, lastOf(option.values)),
    submit: { label: t('admin.options.add_value'), kind: 'secondary' },
    ...formParts(desk, asked),
  }
}

/** Where the price of a counted option gets its steps: one page a cycle and currency. */
function stepsTable(
  desk: Desk,
  { option, cycles, currencies }: { option: Option; cycles: Cycle[]; currencies: string[] },
): Block {
  const { t, today } = desk
  const terms = cycles.flatMap((of) => currencies.map((currency) => ({ of, currency })))
  return {
    kind: 'table',
    id: 'option-steps',
    title: t('prices.steps.title'),
    columns: [
      { label: t('admin.label.price'), phone: 'title' },
      { label: t('prices.steps.kind'), phone: 'side' },
    ],
    rows: terms.map(({ of, currency }) => {
      const scheme = priceAt(option.prices, { cycle: of, currency, day: today })?.scheme
      const label = t('prices.steps.edit', { cycle: cycleName(desk, of), currency })
      return {
        id: `row-${of}-${currency}`,
        href: `/admin/catalog/options/${option.id}/steps?cycle=${of}&currency=${currency}`,
        label,
        cells: [label, scheme ? t(`prices.steps.kind_of.${scheme.kind}`) : '–'],
      }
    }),
    empty: { icon: 'list-details', title: t('prices.list.no_products') },
  }
}

/** One row for each value and cycle, one column for each currency. */
function pricesForm(
  desk: Desk,
  asked: Asked,
  of: { option: Option; cycles: Cycle[]; currencies: string[] },
): Block {
  const { t, today } = desk
  const cell = (part: Priced, of: string, currency: string): Field | string => {
    const price = priceAt(part.prices, { cycle: cycle(of), currency, day: today })
    if (price?.scheme) return t('prices.steps.cell')
    const name = `${part.id}:${of}:${currency}`
    const typed = asked.refused ? textOf((asked.refused.values.amount ?? {}) as FormBody, name) : null
    const error = asked.refused?.fields[`amount[${name}]`]
    return {
      kind: 'money',
      name: `amount[${name}]`,
      label: t('admin.products.price_of', { what: part.label, cycle: cycleName(desk, of), currency }),
      value: typed ?? (price ? toDecimal({ minor: price.amountMinor, currency }) : ''),
      ...(error ? { error } : {}),
    }
  }
  return {
    kind: 'form',
    id: 'option-prices',
    title: t('admin.products.prices'),
    text: t('admin.options.prices_text'),
    action: `/admin/catalog/options/${of.option.id}/prices`,
    fields: [],
    grid: {
      caption: t('admin.products.prices'),
      columns: of.currencies,
      rows: pricedParts(of.option).flatMap((part) =>
        of.cycles.map((one) => ({
          label: `${part.label} · ${cycleName(desk, one)}`,
          cells: of.currencies.map((currency) => cell(part, one, currency)),
        })),
      ),
    },
    submit: { label: t('admin.products.save_prices') },
    ...formParts(desk, asked),
  }
}
