import type { Panel } from '../panel/panel.ts'
import type { Node } from '../panel/records.ts'
import { allocatedOn } from './draw-place.ts'

export interface Room {
  /** MiB. */
  memory: number
  /** MiB. */
  disk: number
  /** Empty means every location. */
  locations: number[]
}

/** Public nodes with the room. Placement computes with an overallocation of -1 as with any percentage. */
export function findViableNodes(panel: Panel, { memory, disk, locations }: Room): Node[] {
  return panel.nodes.all().filter((node) => {
    const allocated = allocatedOn(panel, node)
    return (
      node.public &&
      (locations.length === 0 || locations.includes(node.location_id)) &&
      allocated.memory + memory <= node.memory * (1 + node.memory_overallocate / 100) &&
      allocated.disk + disk <= node.disk * (1 + node.disk_overallocate / 100)
    )
  })
}
