import { listGroups, listProducts, type GroupNode, type Product } from '../../../catalog/index.ts'
import { sql } from '../../../db/index.ts'
import { NotFound } from '../../../kernel/index.ts'
import { scoped } from '../../../records/index.ts'
import type { Block, Button, DangerView, Field, MenuItem, PageView, Row } from '../blocks.ts'
import { filled, formParts, labeller, looseProblem, tickedField, type Asked, type Desk } from '../desk.ts'
import { brandsOf, productState } from './catalog.ts'
import { allowed } from './clients.ts'
import { groupPlaces, type GroupPlace } from './group-places.ts'

interface GroupFacts {
  id: string
  brand_id: string
  parent_id: string | null
  slug: string
  name: string
  headline: string | null
  description: string | null
  layout: string
  position: number
  hidden: number
  retired_at: string | null
  version: number
}

async function readGroup({ means, actor }: Desk, id: string): Promise<GroupFacts> {
  const group = await means.db.get<GroupFacts>(
    sql`select g.* from product_groups g where g.id = ${id} and ${scoped(actor, { table: 'g', client: null })}`,
  )
  if (!group) throw NotFound({ what: 'group', id })
  return group
}

const treeOf = ({ means }: Desk, brandId: string) => listGroups(means.db, brandId, { hidden: true })

/** The groups of a tree by what leads to them, the outermost first. */
function wayTo(groups: readonly GroupNode[], id: string): GroupNode[] {
  for (const group of groups) {
    if (group.id === id) return [group]
    const below = wayTo(group.groups, id)
    if (below.length > 0) return [group, ...below]
  }
  return []
}

export async function groupPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means } = desk
  const group = await readGroup(desk, asked.params.id!)
  const groups = await treeOf(desk, group.brand_id)
  const way = wayTo(groups, group.id)
  const products = await listProducts(means.db, group.brand_id, {
    groupIds: [group.id],
    statuses: ['draft', 'active', 'hidden', 'retired'],
  })
  return {
    head: {
      title: group.name,
      crumbs: [
        { label: t('admin.catalog.title'), href: '/admin/catalog' },
        ...way.slice(0, -1).map(({ id, name }) => ({ label: name, href: `/admin/catalog/groups/${id}` })),
        { label: group.name },
      ],
      status: group.retired_at === null ? [] : [productState(desk, 'retired')],
      actions: group.retired_at === null ? actsOf(desk, group) : [],
    },
    main: [
      {
        kind: 'form',
        id: 'group-form',
        action: `/admin/catalog/groups/${group.id}`,
        fields: groupFields(desk, asked, { group, places: groupPlaces(groups, group.id) }),
        submit: { label: t('admin.save') },
        ...formParts(desk, asked, group.version),
      },
      ...subgroupTable(desk, group, way.at(-1)?.groups ?? []),
      productTable(desk, group, products),
    ],
  }
}

function actsOf(desk: Desk, { id, brand_id }: GroupFacts): Button[] {
  const { t } = desk
  const offers: [permission: string, button: Button][] = [
    [
      'product.create',
      { label: t('admin.products.new'), href: `/admin/catalog/products/new?group=${id}`, icon: 'plus' },
    ],
    [
      'group.create',
      {
        label: t('admin.groups.new_below'),
        href: `/admin/catalog/groups/new?brand=${brand_id}&parent=${id}`,
        icon: 'folder',
      },
    ],
    [
      'group.retire',
      {
        ...{ label: t('admin.groups.retire'), href: `/admin/catalog/groups/${id}/retire` },
        ...({ kind: 'ghost', icon: 'archive' } as const),
      },
    ],
  ]
  return offers.filter(([permission]) => allowed(desk, permission)).map(([, button]) => button)
}

/** Up and down, as far as there is a place to go. */
function sortMenu({ t }: Desk, at: string, { i, count }: { i: number; count: number }): Pick<Row, 'menu'> {
  const to = (way: 'up' | 'down', icon: string): MenuItem => ({
    label: t(`admin.groups.sort.${way}`),
    href: `${at}/${way}`,
    post: true,
    icon,
  })
  const menu = [
    ...(i > 0 ? [to('up', 'arrow-up')] : []),
    ...(i < count - 1 ? [to('down', 'arrow-down')] : []),
  ]
  return menu.length === 0 ? {} : { menu }
}

function subgroupTable(desk: Desk, { id }: GroupFacts, groups: readonly GroupNode[]): Block[] {
  if (groups.length === 0) return []
  const l = labeller(desk)
  const maySort = allowed(desk, 'group.sort')
  return [
    {
      kind: 'table',
      id: 'group-groups',
      title: desk.t('admin.groups.below'),
      columns: [
        { label: l('name'), phone: 'title' },
        { label: l('state'), phone: 'side' },
      ],
      rows: groups.map((group, i) => ({
        id: `row-${group.id}`,
        href: `/admin/catalog/groups/${group.id}`,
        label: group.name,
        cells: [group.name, group.hidden ? productState(desk, 'hidden') : null],
        ...(maySort
          ? sortMenu(desk, `/admin/catalog/groups/${id}/groups/${group.id}`, { i, count: groups.length })
          : {}),
      })),
      empty: { icon: 'folder', title: desk.t('admin.groups.none_below') },
    },
  ]
}

function productTable(desk: Desk, { id }: GroupFacts, products: readonly Product[]): Block {
  const l = labeller(desk)
  const sold = products.filter(({ status }) => status !== 'retired')
  const maySort = allowed(desk, 'product.sort')
  return {
    kind: 'table',
    id: 'group-products',
    title: desk.t('admin.products.title'),
    columns: [
      { label: l('product'), phone: 'title' },
      { label: l('stock'), align: 'end' },
      { label: l('state'), phone: 'side' },
    ],
    rows: products.map((product) => ({
      id: `row-${product.id}`,
      href: `/admin/catalog/products/${product.id}`,
      label: product.name,
      cells: [product.name, product.stock ?? '∞', productState(desk, product.status)],
      ...(maySort && product.status !== 'retired'
        ? sortMenu(desk, `/admin/catalog/groups/${id}/products/${product.id}`, {
            i: sold.indexOf(product),
            count: sold.length,
          })
        : {}),
    })),
    empty: { icon: 'package', title: desk.t('admin.products.none') },
  }
}

/** First of which brand, where there are several: a group stands below groups of its brand. */
export async function newGroup(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  const brands = await brandsOf(desk)
  const wanted = asked.query.brand ?? asked.refused?.values.brand_id
  const brand = brands.length === 1 ? brands[0] : brands.find(({ id }) => id === wanted)
  const head = {
    title: t('admin.groups.new'),
    crumbs: [{ label: t('admin.catalog.title'), href: '/admin/catalog' }, { label: t('admin.groups.new') }],
  }
  if (!brand) return { head, main: [brandForm(desk, brands)] }
  const places = groupPlaces(await treeOf(desk, brand.id))
  return {
    head: { ...head, ...(brands.length > 1 ? { text: brand.name } : {}) },
    main: [
      {
        kind: 'form',
        id: 'group-form',
        action: '/admin/catalog/groups',
        fields: [
          { name: 'brand_id', kind: 'hidden', label: '', value: brand.id },
          ...groupFields(desk, asked, { group: null, places }),
        ],
        submit: { label: t('admin.groups.create') },
        cancelHref: '/admin/catalog',
        ...formParts(desk, asked),
      },
    ],
  }
}

const brandForm = ({ t }: Desk, brands: readonly { id: string; name: string }[]): Block => ({
  kind: 'form',
  id: 'group-brand',
  method: 'get',
  action: '/admin/catalog/groups/new',
  keys: {},
  fields: [
    {
      kind: 'select',
      name: 'brand',
      label: t('admin.label.brand'),
      options: brands.map(({ id, name }) => ({ value: id, label: name })),
    },
  ],
  submit: { label: t('admin.next') },
})

function groupFields(
  desk: Desk,
  asked: Asked,
  { group, places }: { group: GroupFacts | null; places: readonly GroupPlace[] },
): Field[] {
  const l = labeller(desk)
  const { t } = desk
  return [
    { ...filled(asked, 'name', group?.name), label: l('name') },
    { ...filled(asked, 'slug', group?.slug), label: l('slug'), hint: t('admin.catalog.slug_hint') },
    {
      ...filled(asked, 'parent_id', group ? group.parent_id : (asked.query.parent ?? null)),
      kind: 'select',
      required: false,
      label: t('admin.groups.parent'),
      hint: t('admin.groups.parent_hint'),
      options: [
        { value: '', label: t('admin.groups.top') },
        ...places.map(({ id, path }) => ({ value: id, label: path })),
      ],
    },
    { ...filled(asked, 'headline', group?.headline), label: l('headline'), required: false },
    {
      ...filled(asked, 'description', group?.description),
      kind: 'textarea',
      rows: 3,
      label: l('description'),
      required: false,
    },
    {
      ...filled(asked, 'layout', group?.layout ?? 'cards'),
      kind: 'select',
      label: l('layout'),
      options: ['cards', 'table', 'slider', 'list'].map((value) => ({
        value,
        label: t(`admin.layout.${value}`),
      })),
    },
    { ...filled(asked, 'position', group?.position ?? 0), kind: 'number', min: 0, label: l('position') },
    { ...tickedField(asked, 'hidden', group?.hidden === 1), label: t('admin.catalog.hidden') },
  ]
}

export async function retireGroupPage(desk: Desk, asked: Asked): Promise<DangerView> {
  const { t } = desk
  const group = await readGroup(desk, asked.params.id!)
  const at = `/admin/catalog/groups/${group.id}`
  const problem = looseProblem(asked)
  return {
    title: t('admin.groups.retire_title', { name: group.name }),
    crumbs: [
      { label: t('admin.catalog.title'), href: '/admin/catalog' },
      { label: group.name, href: at },
      { label: t('admin.groups.retire') },
    ],
    action: `${at}/retire`,
    label: t('admin.groups.retire'),
    cancelHref: at,
    acts: [
      { text: t('admin.groups.effect.empty') },
      { text: t('admin.groups.effect.kept') },
      { text: t('admin.groups.effect.final'), final: true },
    ],
    reason: false,
    ...(problem ? { error: problem } : {}),
    keys: formParts(desk, asked).keys,
  }
}
