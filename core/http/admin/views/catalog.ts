import { listGroups, type GroupNode, type ProductKind } from '../../../catalog/index.ts'
import { sql } from '../../../db/index.ts'
import { scoped } from '../../../records/index.ts'
import type { Block, Empty, PageView, TreeNode } from '../blocks.ts'
import { filled, formParts, type Asked, type Desk } from '../desk.ts'
import { allowed } from './clients.ts'
import { kindAsked, kindsInUse, kindTabs } from './kind-tabs.ts'

interface BrandRow {
  id: string
  name: string
  currencies: string
}

export function brandsOf(desk: Desk): Promise<BrandRow[]> {
  return desk.means.db.all<BrandRow>(
    sql`select id, name, currencies from brands b where ${scoped(desk.actor, { table: 'b', client: null, brand: 'id' })} order by id`,
  )
}

export const productState = (desk: Desk, status: string) => ({
  state: status,
  label: desk.t(`admin.product.${status}`),
  tone: ({ active: 'good', draft: 'neutral', hidden: 'info' } as const)[status] ?? ('off' as const),
})

/** The tree of each brand with its products. */
export async function catalogPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  const brands = await brandsOf(desk)
  const trees: Block[] = []
  for (const brand of brands) trees.push(await treeOf(desk, brand, kindAsked(asked)))
  return {
    head: {
      title: t('admin.catalog.title'),
      actions: [
        {
          label: t('admin.products.new'),
          href: '/admin/catalog/products/new',
          kind: 'primary',
          icon: 'plus',
        },
        { label: t('admin.groups.new'), href: '/admin/catalog/groups/new', icon: 'folder' },
        { label: t('admin.catalog.import'), href: '/admin/catalog/import', icon: 'upload' },
        ...brands.map((brand) => ({
          label: t('admin.catalog.export', { brand: brand.name }),
          href: `/admin/catalog/export/${brand.id}.yaml`,
          icon: 'download',
          kind: 'ghost' as const,
          plain: true,
        })),
      ],
    },
    ...kindTabs(desk, asked, { path: '/admin/catalog', kinds: await kindsInUse(desk) }),
    main: trees,
  }
}

/** Of one kind: its products, and the groups on the way to them. */
async function treeOf(desk: Desk, brand: BrandRow, kind?: ProductKind): Promise<Block> {
  const { t, means } = desk
  const groups = await listGroups(means.db, brand.id, { hidden: true, retired: true })
  const products = await means.db.all<{
    id: string
    group_id: string
    name: string
    status: string
    kind: string
  }>(
    sql`select id, group_id, name, status, kind from products where brand_id = ${brand.id}
      ${kind ? sql`and kind = ${kind}` : sql``} order by position, name`,
  )
  const leaf = (product: (typeof products)[number]): TreeNode => ({
    label: product.name,
    href: `/admin/catalog/products/${product.id}`,
    cells: [productState(desk, product.status), t(`admin.product_kind.${product.kind}`)],
    nodes: [],
  })
  const node = (group: GroupNode): TreeNode => ({
    label: group.name,
    href: `/admin/catalog/groups/${group.id}`,
    cells: [
      ...(group.retiredAt === null ? [] : [productState(desk, 'retired')]),
      ...(group.hidden ? [productState(desk, 'hidden')] : []),
    ],
    nodes: [
      ...group.groups.map(node),
      ...products.filter((product) => product.group_id === group.id).map(leaf),
    ],
  })
  return {
    kind: 'tree',
    id: `catalog-${brand.id}`,
    title: brand.name,
    nodes: kind ? withLeaves(groups.map(node)) : groups.map(node),
    empty: kind
      ? noneOfKind(desk)
      : {
          icon: 'package',
          title: t('admin.catalog.none'),
          text: t('admin.catalog.none_text'),
          action: { label: t('admin.groups.new'), href: '/admin/catalog/groups/new' },
        },
  }
}

/** Groups that hold products, at any depth. */
const withLeaves = (nodes: readonly TreeNode[]): TreeNode[] =>
  nodes.flatMap((node) => {
    if (node.href?.startsWith('/admin/catalog/products/')) return [node]
    const inner = withLeaves(node.nodes)
    return inner.length > 0 ? [{ ...node, nodes: inner }] : []
  })

const noneOfKind = ({ t }: Desk): Empty => ({
  icon: 'package',
  title: t('admin.products.none_of_kind'),
  text: t('admin.products.none_of_kind_text'),
  action: { label: t('admin.products.all_kinds'), href: '/admin/catalog' },
})

export async function importPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t } = desk
  const brands = await brandsOf(desk)
  return {
    head: {
      title: t('admin.catalog.import'),
      text: t('admin.catalog.import_text'),
      crumbs: [
        { label: t('admin.catalog.title'), href: '/admin/catalog' },
        { label: t('admin.catalog.import') },
      ],
    },
    main: [
      {
        kind: 'form',
        id: 'import-form',
        action: '/admin/catalog/import',
        fields: [
          {
            ...filled(asked, 'brand_id', brands[0]?.id),
            kind: 'select',
            label: t('admin.label.brand'),
            options: brands.map(({ id, name }) => ({ value: id, label: name })),
          },
          { ...filled(asked, 'yaml'), kind: 'textarea', rows: 20, label: 'YAML' },
        ],
        submit: { label: t('admin.catalog.import') },
        cancelHref: '/admin/catalog',
        ...formParts(desk, asked),
      },
    ],
  }
}

export const mayEdit = (desk: Desk): boolean => allowed(desk, 'product.change')
