import type { Panel } from './panel.ts'
import type { Server, Usage } from './records.ts'

const MIB = 1024 * 1024
const CACHE_MS = 20_000
/** Bytes of traffic for each millisecond of uptime: about 16 kbit/s in and 64 kbit/s out. */
const RX_PER_MS = 2
const TX_PER_MS = 8

export interface Sample {
  state: string
  usage: Usage
}

/** The panel keeps a sample for 20 s, so a fresh power change may not show yet. */
export function sampleUsage(panel: Panel, server: Server): Sample {
  const now = panel.clock()
  if (!server.sample || now - server.sample.at >= CACHE_MS) {
    server.sample = {
      at: now,
      state: server.startedAt === null ? 'offline' : 'running',
      usage: { ...measure(server, now), ...server.usage },
    }
  }
  return server.sample
}

function measure(server: Server, now: number): Usage {
  const disk_bytes = Math.round((server.limits.disk || 10_240) * MIB * 0.25)
  if (server.startedAt === null) {
    return {
      memory_bytes: 0,
      cpu_absolute: 0,
      disk_bytes,
      network_rx_bytes: 0,
      network_tx_bytes: 0,
      uptime: 0,
    }
  }
  const uptime = now - server.startedAt
  return {
    memory_bytes: Math.round((server.limits.memory || 1024) * MIB * 0.5),
    cpu_absolute: Math.round((server.limits.cpu || 100) * 0.2 * 1000) / 1000,
    disk_bytes,
    network_rx_bytes: uptime * RX_PER_MS,
    network_tx_bytes: uptime * TX_PER_MS,
    uptime,
  }
}
