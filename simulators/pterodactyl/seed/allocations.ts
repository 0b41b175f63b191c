import type { Allocation } from '../panel/records.ts'

interface Block {
  node: number
  ip: string
  alias: string | null
  firstPort: number
  ports: number
}

/** Addresses come from the ranges reserved for documentation. */
const BLOCKS: Block[] = [
  { node: 1, ip: '192.0.2.10', alias: 'play.fra-1.panel.example', firstPort: 25565, ports: 40 },
  { node: 1, ip: '192.0.2.11', alias: null, firstPort: 28015, ports: 20 },
  { node: 2, ip: '198.51.100.20', alias: 'play.fra-2.panel.example', firstPort: 25565, ports: 40 },
  { node: 2, ip: '198.51.100.21', alias: null, firstPort: 2456, ports: 20 },
  { node: 3, ip: '203.0.113.30', alias: 'play.nyc-1.panel.example', firstPort: 25565, ports: 40 },
]

export function seedAllocations(): Allocation[] {
  return BLOCKS.flatMap(({ node, ip, alias, firstPort, ports }) =>
    Array.from({ length: ports }, (_, offset) => ({ node, ip, alias, port: firstPort + offset })),
  ).map((allocation, index) => ({ ...allocation, id: index + 1, notes: null, server: null }))
}
