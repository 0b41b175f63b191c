import type { ServiceTarget, UsageReport } from '../../sdk/index.ts'
import { findServer } from './find-server.ts'
import { PanelRefusal, type Panel } from './panel.ts'
import type { Item, Server } from './records.ts'

interface Stats {
  current_state?: string
  resources?: Partial<Record<string, number | null>>
}

type Metric = UsageReport['metrics'][number]

const MIB = 1024 * 1024
const NOTHING: UsageReport = { available: false, metrics: [] }

/** What the server uses now. Traffic counts from its last start. */
export async function readUsage(panel: Panel, service: ServiceTarget): Promise<UsageReport> {
  const server = panel.hasClientKey ? await findServer(panel, service) : undefined
  if (server === undefined) return NOTHING
  try {
    const path = `/servers/${server.identifier}/resources`
    const { attributes } = await panel.callClient<Item<Stats>>('GET', path)
    return {
      available: true,
      metrics: metricsOf(attributes, server),
      ...(attributes.current_state === undefined ? {} : { power: attributes.current_state }),
    }
  } catch (error) {
    // Suspended, installing, restoring, moving, or its node in maintenance.
    if (error instanceof PanelRefusal && error.status === 409) return NOTHING
    throw error
  }
}

function metricsOf({ resources = {} }: Stats, { limits }: Server): Metric[] {
  const rows: [key: string, field: string, label: string, unit: Metric['unit'], limit: number][] = [
    ['cpu', 'cpu_absolute', 'CPU', 'percent', limits.cpu],
    ['memory', 'memory_bytes', 'Memory', 'bytes', limits.memory * MIB],
    ['disk', 'disk_bytes', 'Disk', 'bytes', limits.disk * MIB],
    ['traffic_in', 'network_rx_bytes', 'Traffic in', 'bytes', 0],
    ['traffic_out', 'network_tx_bytes', 'Traffic out', 'bytes', 0],
    ['uptime', 'uptime', 'Uptime', 'ms', 0],
  ]
  return rows.flatMap(([key, field, label, unit, limit]) => {
    const value = resources[field]
    if (typeof value !== 'number') return []
    return [{ key, label, value, unit, ...(limit > 0 ? { limit } : {}) }]
  })
}
