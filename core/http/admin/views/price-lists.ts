import { findPriceList, type PriceList } from '../../../catalog/index.ts'
import { sql } from '../../../db/index.ts'
import { formatRate } from '../../../i18n/index.ts'
import { scoped } from '../../../records/index.ts'
import type { Block, Field, PageView, Table } from '../blocks.ts'
import { filled, formParts, type Asked, type Desk } from '../desk.ts'
import { percentText } from '../ppm.ts'
import { auditTimeline } from './audit-timeline.ts'
import { allowed } from './clients.ts'

interface Listed extends PriceList {
  brand: string
  groups: number
  prices: number
}

export async function priceListsPage(desk: Desk, _asked: Asked): Promise<PageView> {
  const { t, means } = desk
  const rows = await means.db.all<Listed>(sql`
    select l.*, b.name as brand,
      (select count(*) from client_groups g where g.price_list_id = l.id and g.retired_at is null) as groups,
      (select count(*) from prices r where r.list_id = l.id and r.retired_at is null) as prices
    from price_lists l join brands b on b.id = l.brand_id
    where ${scoped(desk.actor, { table: 'l', client: null })} order by l.retired_at is not null, b.name, l.name, l.id`)
  return {
    head: {
      title: t('prices.list.title'),
      text: t('prices.list.text'),
      actions: allowed(desk, 'price_list.create')
        ? [{ label: t('prices.list.new'), href: '/admin/price-lists/new', kind: 'primary', icon: 'plus' }]
        : [],
    },
    main: [listsTable(desk, rows)],
  }
}

function listsTable(desk: Desk, rows: readonly Listed[]): Table {
  const { t, locale } = desk
  return {
    kind: 'table',
    id: 'price-lists',
    title: t('prices.list.title'),
    columns: [
      { label: t('admin.label.name'), phone: 'title' },
      { label: t('admin.label.brand') },
      { label: t('prices.list.discount'), align: 'end' },
      { label: t('prices.list.own'), align: 'end' },
      { label: t('prices.group.title'), align: 'end' },
      { label: t('admin.label.state'), phone: 'side' },
    ],
    rows: rows.map((row) => ({
      id: `row-${row.id}`,
      href: `/admin/price-lists/${row.id}`,
      label: row.name,
      cells: [
        row.name,
        row.brand,
        formatRate(row.discount_ppm, locale),
        row.prices,
        row.groups,
        stateOf(desk, row.retired_at),
      ],
    })),
    empty: { icon: 'tags', title: t('prices.list.none'), text: t('prices.list.none_text') },
  }
}

/** "In use" or "retired", for what is retired and not deleted. */
export const stateOf = ({ t }: Desk, retiredAt: string | null) => ({
  state: retiredAt === null ? 'active' : 'retired',
  label: t(retiredAt === null ? 'prices.active' : 'prices.retired'),
  tone: retiredAt === null ? ('good' as const) : ('off' as const),
})

interface Sold {
  id: string
  name: string
  own: number
}

export async function priceListPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means, actor } = desk
  const list = await findPriceList(means.db, actor, asked.params.id!)
  const products = await means.db.all<Sold>(sql`
    select p.id, p.name, (select count(*) from prices r where r.list_id = ${list.id} and r.retired_at is null
      and (r.owner_id = p.id or r.owner_id in (select o.id from options o where o.product_id = p.id)
        or r.owner_id in (select v.id from option_values v join options o on o.id = v.option_id where o.product_id = p.id))) as own
    from products p where p.brand_id = ${list.brand_id} and p.status <> 'retired' order by p.name, p.id`)
  const at = `/admin/price-lists/${list.id}`
  return {
    head: {
      title: list.name,
      crumbs: [{ label: t('prices.list.title'), href: '/admin/price-lists' }, { label: list.name }],
      status: [stateOf(desk, list.retired_at)],
      actions:
        list.retired_at === null && allowed(desk, 'price_list.retire')
          ? [{ label: t('prices.retire'), post: `${at}/retire`, kind: 'ghost', icon: 'archive' }]
          : [],
    },
    main: [
      {
        kind: 'form',
        id: 'price-list-form',
        action: at,
        fields: factFields(desk, asked, list),
        submit: { label: t('admin.save') },
        ...formParts(desk, asked, list.version),
      },
      productsTable(desk, list, products),
      await auditTimeline(desk, { subject: list.id, id: 'price-list-history' }),
    ],
  }
}

function productsTable({ t }: Desk, list: PriceList, products: readonly Sold[]): Block {
  return {
    kind: 'table',
    id: 'price-list-products',
    title: t('prices.list.products'),
    columns: [
      { label: t('admin.label.name'), phone: 'title' },
      { label: t('prices.list.own'), align: 'end', phone: 'side' },
    ],
    rows: products.map(({ id, name, own }) => ({
      id: `row-${id}`,
      href: `/admin/price-lists/${list.id}/products/${id}`,
      label: name,
      cells: [name, own],
    })),
    empty: { icon: 'package', title: t('prices.list.no_products') },
  }
}

export async function newPriceList(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  const title = t('prices.list.new')
  return {
    head: {
      title,
      crumbs: [{ label: t('prices.list.title'), href: '/admin/price-lists' }, { label: title }],
    },
    main: [
      {
        kind: 'form',
        id: 'price-list-form',
        action: '/admin/price-lists',
        fields: [await brandField(desk, asked), ...factFields(desk, asked, null)],
        submit: { label: t('prices.list.create') },
        cancelHref: '/admin/price-lists',
        ...formParts(desk, asked),
      },
    ],
  }
}

function factFields({ t }: Desk, asked: Asked, list: PriceList | null): Field[] {
  return [
    { ...filled(asked, 'name', list?.name), label: t('admin.label.name') },
    {
      ...filled(asked, 'discount', list ? percentText(list.discount_ppm) : '0'),
      label: t('prices.list.discount'),
      hint: t('prices.list.discount_hint'),
      suffix: '%',
      required: false,
    },
  ]
}

/** The brands that a member of staff may work for, as a choice. */
export async function brandField({ means, actor, t }: Desk, asked: Asked): Promise<Field> {
  const brands = await means.db.all<{ id: string; name: string }>(
    sql`select b.id, b.name from brands b where ${scoped(actor, { table: 'b', client: null, brand: 'id' })} order by b.id`,
  )
  return {
    ...filled(asked, 'brand_id', brands[0]?.id),
    kind: 'select',
    label: t('admin.label.brand'),
    options: brands.map(({ id, name }) => ({ value: id, label: name })),
  }
}
