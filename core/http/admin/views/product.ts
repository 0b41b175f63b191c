import { listGroups, loadProducts, pricesOn, type Product } from '../../../catalog/index.ts'
import { sql } from '../../../db/index.ts'
import { NotFound } from '../../../kernel/index.ts'
import { scoped } from '../../../records/index.ts'
import { getInstance, listInstances } from '../../../plugins/index.ts'
import type { FormSchema } from '../../../render/index.ts'
import { toDecimal } from '../../../../sdk/index.ts'
import type { Block, Button, Field, PageView } from '../blocks.ts'
import { filled, formParts, labeller, textOf, tickedField, type Asked, type Desk } from '../desk.ts'
import type { FormBody } from '../../context.ts'
import { auditTimeline } from './audit-timeline.ts'
import { allowed } from './clients.ts'
import { productState } from './catalog.ts'
import { groupField, groupPlaces } from './group-places.ts'
import { settingsFields } from './settings-fields.ts'
import { addonBlocks, fieldForm, fieldsTable, optionForm, optionsTable } from './product-choices.ts'
import { termsForm } from './product-terms.ts'
import { cycleName } from './words.ts'

const CYCLES = ['1m', '3m', '6m', '1y', '2y', 'once', 'free']

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

const TABS = ['facts', 'prices', 'terms', 'options', 'fields', 'addons'] as const
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
      actions: [...movesOf(desk, product), { label: t('offers.suggest.label'), href: `${at}/suggestions` }],
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
    case 'terms':
      return [termsForm(desk, asked, { product, currencies })]
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
      'product.copy',
      true,
      { label: t('admin.products.act.copy'), href: `${at}/copy`, kind: 'ghost', icon: 'copy' },
    ],
    [
      'setting.list',
      status !== 'retired',
      { label: t('extras.terms.link'), href: `${at}/settings`, kind: 'ghost', icon: 'adjustments' },
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
  const instances = (await listInstances(means.db)).filter(
    ({ id, status, manifest }) =>
      id === product.instanceId || (status === 'active' && manifest.kinds.provisioner !== undefined),
  )
  const module = await moduleFields(desk, asked, product)
  const groups = await means.db.all<{ id: string; name: string }>(
    sql`select id, name from server_groups order by name`,
  )
  const places = groupPlaces(await listGroups(means.db, product.brandId, { hidden: true }))
  return {
    kind: 'form',
    id: `product-${product.id}-facts`,
    title: t('admin.products.facts'),
    action: `/admin/catalog/products/${product.id}`,
    fields: [
      ...nameFields(desk, asked, product),
      groupField(desk, asked, { groupId: product.groupId, places }),
      ...sellingFields(desk, asked, product),
      ...deliveryFields(desk, asked, { product, instances, groups }),
      ...module,
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
      label: l('delivering_plugin'),
      options: choice(instances),
    },
    {
      ...filled(asked, 'server_group_id', product.serverGroupId),
      kind: 'select',
      required: false,
      label: l('server_group'),
      options: choice(groups),
    },
  ]
}

/** What the plugin wants to know of a product, or null when it says nothing about it. */
export async function moduleSchema({ means }: Desk, product: Product): Promise<FormSchema | null> {
  if (!product.instanceId) return null
  const { manifest } = await getInstance(means.db, product.instanceId)
  const schema = manifest.product_settings as FormSchema | undefined
  // Options and questions of the product may fill what the plugin requires.
  return schema ? { ...schema, required: [] } : null
}

/** Fields by the plugin's schema; JSON as long as no instance is chosen that has one. */
async function moduleFields(desk: Desk, asked: Asked, product: Product): Promise<Field[]> {
  const schema = await moduleSchema(desk, product)
  if (schema) return settingsFields(desk, asked, { schema, values: product.moduleSettings, ownerId: null })
  return [
    {
      ...filled(asked, 'module_settings', JSON.stringify(product.moduleSettings, null, 2)),
      kind: 'textarea',
      rows: 5,
      label: desk.t('admin.label.module_settings'),
      hint: desk.t('admin.products.module_hint'),
    },
  ]
}

/** Prices as a grid of cycle and currency: price and setup side by side. An empty cell is not sold. */
function pricesForm(desk: Desk, asked: Asked, of: { product: Product; currencies: string[] }): Block {
  const { t, today } = desk
  const { product, currencies } = of
  const cycles = [...new Set([...CYCLES, ...product.prices.map(({ cycle }) => cycle)])]
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
        cycle: cycleName(desk, cycle),
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
        label: cycleName(desk, cycle),
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
