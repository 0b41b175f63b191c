import type { GroupNode } from '../../../catalog/index.ts'
import type { Field } from '../blocks.ts'
import { filled, type Asked, type Desk } from '../desk.ts'

export interface GroupPlace {
  id: string
  /** "Games › Minecraft": where it stands in the tree. */
  path: string
}

/** The groups of a tree in its order; those of retired groups and of `without`, with all below them, are left out. */
export function groupPlaces(
  groups: readonly GroupNode[],
  without?: string,
  above: readonly string[] = [],
): GroupPlace[] {
  return groups.flatMap((group) => {
    if (group.id === without || group.retiredAt) return []
    const path = [...above, group.name]
    return [{ id: group.id, path: path.join(' › ') }, ...groupPlaces(group.groups, without, path)]
  })
}

/** Where a product stands. */
export const groupField = (
  { t }: Desk,
  asked: Asked,
  { groupId, places }: { groupId: string; places: readonly GroupPlace[] },
): Field => ({
  ...filled(asked, 'group_id', groupId),
  kind: 'select',
  label: t('admin.label.group'),
  options: places.map(({ id, path }) => ({ value: id, label: path })),
})
