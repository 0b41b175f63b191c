import { listGroups, type GroupNode } from '../../catalog/index.ts'
import type { Ctx } from '../context.ts'

const known = new WeakMap<Ctx['req'], Promise<readonly GroupNode[]>>()

/** The tree of groups on show, read once for each request: the page and its frame both need it. */
export function shopGroups(ctx: Ctx): Promise<readonly GroupNode[]> {
  const { brand, deps } = ctx.state
  if (!brand) return Promise.resolve([])
  let groups = known.get(ctx.req)
  if (!groups) known.set(ctx.req, (groups = listGroups(deps.db, brand.id)))
  return groups
}

export interface GroupPlace {
  group: GroupNode
  /** From the top down to the parent. */
  path: GroupNode[]
}

/** Where a group stands in the tree; undefined when the shop does not show it. */
export function findGroup(
  groups: readonly GroupNode[],
  fits: (group: GroupNode) => boolean,
  path: GroupNode[] = [],
): GroupPlace | undefined {
  for (const group of groups) {
    if (fits(group)) return { group, path }
    const below = findGroup(group.groups, fits, [...path, group])
    if (below) return below
  }
  return undefined
}

/** The group and everything below it, in the order of the shop. */
export const withSubGroups = (group: GroupNode): GroupNode[] => [
  group,
  ...group.groups.flatMap(withSubGroups),
]

export const groupHref = (group: { slug: string }): string => `/shop/${group.slug}`
