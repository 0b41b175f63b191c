import { madeOnce, sql, type Queries } from '../db/index.ts'
import { listProducts } from './load-product.ts'
import type { Group, Product, ProductStatus } from './product.ts'
import { toGroup, type GroupRow } from './rows.ts'

export interface GroupNode extends Group {
  groups: GroupNode[]
}

export interface GroupView {
  /** Shop and hidden groups, or retired ones too. */
  hidden?: boolean
  retired?: boolean
}

/** The tree of groups in the order of the shop. A hidden or retired group takes its sub-groups with it. */
export async function listGroups(
  queries: Queries,
  brandId: string,
  view: GroupView = {},
): Promise<readonly GroupNode[]> {
  const { hidden = false, retired = false } = view
  return treeOf({ groups: await allGroups(queries, brandId), hidden, retired })
}

type Forest = Required<GroupView> & { groups: readonly Group[] }

const treeOf = madeOnce(({ groups, hidden, retired }: Forest): readonly GroupNode[] => {
  const shown = groups.filter((group) => (hidden || !group.hidden) && (retired || !group.retiredAt))
  return childrenOf(shown, null)
})

export interface GroupPage {
  group: GroupNode
  /** From the top down to the parent. */
  path: Group[]
  products: Product[]
}

export interface GroupPageView extends GroupView {
  statuses?: readonly ProductStatus[]
}

/** A group with its place in the tree and the products on offer in it; undefined when it is not shown. */
export async function listGroup(
  queries: Queries,
  brandId: string,
  slug: string,
  view: GroupPageView = {},
): Promise<GroupPage | undefined> {
  const groups = await allGroups(queries, brandId)
  const shown = groups.filter((group) => view.retired || !group.retiredAt)
  const group = shown.find((candidate) => candidate.slug === slug)
  if (!group || (group.hidden && !view.hidden)) return undefined
  const children = view.hidden ? shown : shown.filter((candidate) => !candidate.hidden)
  const products = await listProducts(queries, brandId, {
    groupIds: [group.id],
    statuses: view.statuses ?? ['active'],
  })
  return {
    group: { ...group, groups: childrenOf(children, group.id) },
    path: pathOf(shown, group),
    products,
  }
}

async function allGroups(queries: Queries, brandId: string): Promise<readonly Group[]> {
  const rows = await queries.all<GroupRow>(
    sql`select * from product_groups where brand_id = ${brandId} order by position, name, id`,
  )
  return groupsOf({ rows })
}

const groupsOf = madeOnce(({ rows }: { rows: readonly GroupRow[] }): readonly Group[] => rows.map(toGroup))

function childrenOf(groups: readonly Group[], parentId: string | null): GroupNode[] {
  return groups
    .filter((group) => group.parentId === parentId)
    .map((group) => ({ ...group, groups: childrenOf(groups, group.id) }))
}

/** Verbs refuse loops, so the walk up ends. */
function pathOf(groups: readonly Group[], group: Group): Group[] {
  const parent = groups.find((candidate) => candidate.id === group.parentId)
  return parent ? [...pathOf(groups, parent), parent] : []
}
