import type { Panel } from './panel.ts'
import type { Server } from './records.ts'

export function assignAllocations(panel: Panel, server: Server, ids: readonly number[]): void {
  for (const id of ids) {
    const allocation = panel.allocations.find(id)
    if (allocation) allocation.server = server.id
  }
}

export function releaseAllocations(panel: Panel, server: Server, ids: readonly number[]): void {
  for (const id of ids) {
    const allocation = panel.allocations.find(id)
    if (allocation?.server === server.id) Object.assign(allocation, { server: null, notes: null })
  }
}

export function allocationsOf(panel: Panel, server: Server) {
  return panel.allocations.all().filter((allocation) => allocation.server === server.id)
}
