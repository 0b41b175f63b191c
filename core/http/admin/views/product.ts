import { loadProducts, pricesOn, type Option, type Product } from '../../../catalog/index.ts'
import { sql } from '../../../db/index.ts'
import { NotFound } from '../../../kernel/index.ts'
import { scoped } from '../../../records/index.ts'
import { toDecimal } from '../../../../sdk/index.ts'
import type { Block, Button, Field, PageView } from '../blocks.ts'
import {
  filled,
  formParts,
  labeller,
  moneyText,
  textOf,
  tickedField,
  type Asked,
  type Desk,
} from '../desk.ts'
import type { FormBody } from '../../context.ts'
import { auditTimeline } from './audit-timeline.ts'
import { allowed } from './clients.ts'
import { productState } from './catalog.ts'

const CYCLES = ['1m', '3m', '6m', '1y', '2y', 'once']
const KINDS = [
  'shared_hosting',
  'reseller_hosting',
  'vps',
  'dedicated_server',
  'game_server',
  'saas',
  'certificate',
  'addon',
  'other',
]

/** The product with its brand's currencies; of another brand it is not found. */
export async function reachProduct(
  desk: Desk,
  id: string,
): Promise<{ product: Product; currencies: string[] }> {
  const { means, actor } = desk
  const row = await means.db.get<{ brand_id: string; currencies: string }>(sql`
    select p.brand_id, b.currencies from products p join brands b on b.id = p.brand_id
    where p.id = ${id} and ${scoped(actor, { table: 'p', client: null })}`)
  const [product] = row ? await loadProducts(means.db, row.brand_id, [id]) : []
  if (!row || !product) throw NotFound({ what: 'product', id })
  return { product, currencies: JSON.parse(row.currencies) as string[] }
}

const TABS = ['facts', 'prices', 'options', 'fields', 'addons'] as const
type Tab = (typeof TABS)[number]

/** One part at a time; a refused form names its part by where it was sent. */
const tabOf = ({ path, query }: Asked): Tab =>
  TABS.find((tab) => path.endsWith(`/${tab}`)) ?? TABS.find((tab) => tab === query.tab) ?? 'facts'

export async function productPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  const { product, currencies } = await reachProduct(desk, asked.params.id!)
  const tab = tabOf(asked)
  const at = `/admin/catalog/products/${product.id}`
  return {
    head: {
      title: product.name,
      crumbs: [{ label: t('admin.catalog.title'), href: '/admin/catalog' }, { label: product.name }],
      status: [productState(desk, product.status)],
      actions: movesOf(desk, product),
    },
    tabs: {
      label: product.name,
      tabs: TABS.map((name) => ({
        label: t(`admin.products.tab.${name}`),
        href: name === 'facts' ? at : `${at}?tab=${name}`,
        active: name === tab,
      })),
    },
    main: await partOf(desk, asked, { product, currencies, tab }),
  }
}

async function partOf(
  desk: Desk,
  asked: Asked,
  { product, currencies, tab }: { product: Product; currencies: string[]; tab: Tab },
): Promise<Block[]> {
  switch (tab) {
    case 'facts':
      return [
        await factsForm(desk, asked, product),
        await auditTimeline(desk, { subject: product.id, id: `product-${product.id}-history` }),
      ]
    case 'prices':
      return [pricesForm(desk, asked, { product, currencies })]
    case 'options':
      return [optionsTable(desk, product), optionForm(desk, asked, product)]
    case 'fields':
      return [fieldsTable(desk, product), fieldForm(desk, asked, product)]
    case 'addons':
      return addonBlocks(desk, asked, product)
  }
}

function movesOf(desk: Desk, product: Product): Button[] {
  const { t } = desk
  const at = `/admin/catalog/products/${product.id}`
  const { status } = product
  const offers: [permission: string, fits: boolean, button: Button][] = [
    [
      'product.publish',
      status === 'draft' || status === 'hidden',
      { label: t('admin.products.act.publish'), post: `${at}/publish`, kind: 'primary', icon: 'rocket' },
    ],
    [
      'product.hide',
      status === 'active',
      { label: t('admin.products.act.hide'), post: `${at}/hide`, icon: 'eye-off' },
    ],
    [
      'product.retire',
      status !== 'retired',
      { label: t('admin.products.act.retire'), post: `${at}/retire`, kind: 'ghost', icon: 'archive' },
    ],
  ]
  const shop: Button[] =
    status === 'active'
      ? [
          {
            label: t('admin.products.act.see'),
            href: `/products/${product.slug}`,
            icon: 'external-link',
            kind: 'ghost',
            plain: true,
          },
        ]
      : []
  return [
    ...shop,
    ...offers.filter(([permission, fits]) => fits && allowed(desk, permission)).map(([, , button]) => button),
  ]
}

async function factsForm(desk: Desk, asked: Asked, product: Product): Promise<Block> {
  const { means, t } = desk
  const instances = await means.db.all<{ id: string; name: string }>(
    sql`select id, name from plugin_instances where status = 'active' order by name`,
  )
  const groups = await means.db.all<{ id: string; name: string }>(
    sql`select id, name from server_groups order by name`,
  )
  return {
    kind: 'form',
    id: `product-${product.id}-facts`,
    title: t('admin.products.facts'),
    action: `/admin/catalog/products/${product.id}`,
    fields: [
      ...nameFields(desk, asked, product),
      ...sellingFields(desk, asked, product),
      ...deliveryFields(desk, asked, { product, instances, groups }),
    ],
    submit: { label: t('admin.save') },
    ...formParts(desk, asked, product.version),
  }
}

function nameFields(desk: Desk, asked: Asked, product: Product): Field[] {
  const l = labeller(desk)
  const { t } = desk
  return [
    { ...filled(asked, 'name', product.name), label: l('name') },
    { ...filled(asked, 'slug', product.slug), label: l('slug'), hint: t('admin.catalog.slug_hint') },
    { ...filled(asked, 'summary', product.summary), label: l('summary'), required: false },
    {
      ...filled(asked, 'description', product.description),
      kind: 'textarea',
      rows: 4,
      label: l('description'),
      required: false,
    },
    {
      ...filled(asked, 'features', product.features.join('\n')),
      kind: 'textarea',
      rows: 4,
      label: l('features'),
      required: false,
      hint: t('admin.products.features_hint'),
    },
  ]
}

function sellingFields(desk: Desk, asked: Asked, product: Product): Field[] {
  const l = labeller(desk)
  const { t } = desk
  return [
    { ...filled(asked, 'tax_class', product.taxClass), label: l('tax_class') },
    {
      ...filled(asked, 'stock', product.stock),
      kind: 'number',
      min: 0,
      required: false,
      label: l('stock'),
      hint: t('admin.products.stock_hint'),
    },
    { ...filled(asked, 'position', product.position), kind: 'number', min: 0, label: l('position') },
    { ...tickedField(asked, 'featured', product.featured), label: t('admin.products.featured') },
    {
      ...filled(asked, 'grace_days', product.graceDays),
      kind: 'number',
      min: 0,
      required: false,
      label: l('grace_days'),
      hint: t('admin.products.grace_hint'),
    },
    {
      ...filled(asked, 'terminate_days', product.terminateDays),
      kind: 'number',
      min: 0,
      required: false,
      label: l('terminate_days'),
    },
  ]
}

interface Places {
  product: Product
  instances: readonly { id: string; name: string }[]
  groups: readonly { id: string; name: string }[]
}

function deliveryFields(desk: Desk, asked: Asked, { product, instances, groups }: Places): Field[] {
  const l = labeller(desk)
  const { t } = desk
  const choice = (rows: Places['groups']) => [
    { value: '', label: '–' },
    ...rows.map(({ id, name }) => ({ value: id, label: name })),
  ]
  return [
    {
      ...filled(asked, 'delivery_on', product.deliveryOn),
      kind: 'select',
      label: l('delivery_on'),
      options: ['order', 'payment', 'acceptance'].map((value) => ({
        value,
        label: t(`admin.delivery_on.${value}`),
      })),
    },
    {
      ...filled(asked, 'instance_id', product.instanceId),
      kind: 'select',
      required: false,
      label: l('instance'),
      options: choice(instances),
    },
    {
      ...filled(asked, 'server_group_id', product.serverGroupId),
      kind: 'select',
      required: false,
      label: l('group'),
      options: choice(groups),
    },
    {
      ...filled(asked, 'module_settings', JSON.stringify(product.moduleSettings, null, 2)),
      kind: 'textarea',
      rows: 5,
      label: l('module_settings'),
      hint: t('admin.products.module_hint'),
    },
  ]
}

/** Prices as a grid of cycle and currency: price and setup side by side. An empty cell is not sold. */
function pricesForm(desk: Desk, asked: Asked, of: { product: Product; currencies: string[] }): Block {
  const { t, today } = desk
  const { product, currencies } = of
  const cycles = [...new Set([...product.prices.map(({ cycle }) => cycle), ...CYCLES])]
  const typed = (column: string, key: string) =>
    asked.refused ? textOf((asked.refused.values[column] ?? {}) as FormBody, key) : null
  const cell = (column: 'amount' | 'setup', cycle: string, currency: string): Field => {
    const price = pricesOn(product, currency, today).find((one) => one.cycle === cycle)
    const minor = column === 'amount' ? price?.amountMinor : price?.setupMinor
    const stored =
      minor === undefined || (column === 'setup' && minor === 0n) ? '' : toDecimal({ minor, currency })
    const key = `${cycle}:${currency}`
    const error = asked.refused?.fields[`${column}[${key}]`]
    return {
      kind: 'money',
      name: `${column}[${key}]`,
      label: t('admin.products.price_of', {
        what: t(`admin.label.${column === 'amount' ? 'price' : 'setup'}`),
        cycle,
        currency,
      }),
      value: typed(column, key) ?? stored,
      ...(error ? { error } : {}),
    }
  }
  return {
    kind: 'form',
    id: `product-${product.id}-prices`,
    title: t('admin.products.prices'),
    text: t('admin.products.prices_text'),
    action: `/admin/catalog/products/${product.id}/prices`,
    fields: [{ ...filled(asked, 'valid_from', today), kind: 'date', label: t('admin.label.from') }],
    grid: {
      caption: t('admin.products.prices'),
      columns: currencies.flatMap((currency) => [
        `${currency} ${t('admin.label.price')}`,
        `${currency} ${t('admin.label.setup')}`,
      ]),
      rows: cycles.map((cycle) => ({
        label: t(`admin.cycle.${CYCLES.includes(cycle) ? cycle : 'other'}`, { cycle }),
        cells: currencies.flatMap((currency) => [
          cell('amount', cycle, currency),
          cell('setup', cycle, currency),
        ]),
      })),
    },
    submit: { label: t('admin.products.save_prices') },
    ...formParts(desk, asked),
  }
}

function optionsTable(desk: Desk, product: Product): Block {
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

function optionForm(desk: Desk, asked: Asked, product: Product): Block {
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

function fieldsTable(desk: Desk, product: Product): Block {
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
        label: field.label,
        cells: [field.label, { mono: field.key }, t(`admin.field_kind.${field.kind}`), field.setting],
        menu: [
          {
            label: t('admin.remove'),
            href: `/admin/catalog/products/${product.id}/fields/${field.id}/retire`,
            icon: 'trash',
            post: true,
            danger: true,
          },
        ],
      })),
    empty: { icon: 'list-details', title: t('admin.fields.none') },
  }
}

function fieldForm(desk: Desk, asked: Asked, product: Product): Block {
  const { t } = desk
  const l = labeller(desk)
  return {
    kind: 'form',
    id: `product-${product.id}-field-form`,
    title: t('admin.fields.new'),
    action: `/admin/catalog/products/${product.id}/fields`,
    fields: [
      { ...filled(asked, 'field_label'), label: l('name') },
      { ...filled(asked, 'field_key'), label: l('key') },
      {
        ...filled(asked, 'field_kind', 'text'),
        kind: 'select',
        label: l('kind'),
        options: ['text', 'textarea', 'number', 'list', 'checkbox'].map((value) => ({
          value,
          label: t(`admin.field_kind.${value}`),
        })),
      },
      {
        ...filled(asked, 'choices'),
        kind: 'textarea',
        rows: 3,
        label: l('choices'),
        required: false,
        hint: t('admin.fields.choices_hint'),
      },
      { ...filled(asked, 'field_setting'), label: l('setting'), required: false },
      { ...tickedField(asked, 'field_required', false), label: t('admin.options.required') },
    ],
    submit: { label: t('admin.fields.add'), kind: 'secondary' },
    ...formParts(desk, asked),
  }
}

async function addonBlocks(desk: Desk, asked: Asked, product: Product): Promise<Block[]> {
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

export async function newProduct(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means, actor } = desk
  const l = labeller(desk)
  const groups = await means.db.all<{ id: string; name: string }>(
    sql`select g.id, g.name from product_groups g where g.retired_at is null and ${scoped(actor, { table: 'g', client: null })} order by g.position, g.name`,
  )
  const title = t('admin.products.new')
  const head = {
    title,
    crumbs: [{ label: t('admin.catalog.title'), href: '/admin/catalog' }, { label: title }],
  }
  if (groups.length === 0)
    return {
      head,
      main: [
        {
          kind: 'notice',
          id: 'product-no-group',
          tone: 'info',
          text: t('admin.products.no_group'),
          action: { label: t('admin.groups.new'), href: '/admin/catalog/groups/new' },
        },
      ],
    }
  return {
    head,
    main: [
      {
        kind: 'form',
        id: 'product-form',
        action: '/admin/catalog/products',
        fields: [
          {
            ...filled(asked, 'group_id', asked.query.group ?? groups[0]!.id),
            kind: 'select',
            label: l('group'),
            options: groups.map(({ id, name }) => ({ value: id, label: name })),
          },
          { ...filled(asked, 'name'), label: l('name') },
          { ...filled(asked, 'slug'), label: l('slug'), hint: t('admin.catalog.slug_hint') },
          {
            ...filled(asked, 'kind', 'other'),
            kind: 'select',
            label: l('kind'),
            options: KINDS.map((value) => ({ value, label: t(`admin.product_kind.${value}`) })),
          },
          { ...filled(asked, 'summary'), label: l('summary'), required: false },
        ],
        submit: { label: t('admin.products.create') },
        cancelHref: '/admin/catalog',
        ...formParts(desk, asked),
      },
    ],
  }
}
