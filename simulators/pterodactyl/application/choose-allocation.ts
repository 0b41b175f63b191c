import { refusal } from '../http/refusals.ts'
import type { Panel } from '../panel/panel.ts'
import type { Allocation } from '../panel/records.ts'
import { flagIn, integersIn, numberIn, textsIn, type Fields } from '../rules/index.ts'
import { findViableNodes } from './find-viable-nodes.ts'
import { RANGE_LIMIT, readPorts } from './ports.ts'

/** The first free allocation that meets `deploy`. The real panel takes any of them. */
export function chooseAllocation(panel: Panel, body: Fields): Allocation {
  const nodes = findViableNodes(panel, {
    memory: numberIn(body, 'limits.memory') ?? 0,
    disk: numberIn(body, 'limits.disk') ?? 0,
    locations: integersIn(body, 'deploy.locations'),
  })
  if (nodes.length === 0) throw refusal('no_viable_node')
  const dedicated = flagIn(body, 'deploy.dedicated_ip') ?? false
  const fits = portFilter(textsIn(body, 'deploy.port_range'))
  const allocation = panel.allocations
    .all()
    .find(
      (candidate) =>
        candidate.server === null &&
        nodes.some(({ id }) => id === candidate.node) &&
        fits(candidate.port) &&
        !(dedicated && isShared(panel, candidate)),
    )
  if (!allocation) throw refusal('no_viable_allocation')
  return allocation
}

/** Texts that are neither a port nor a range are passed over; no port at all means any. */
function portFilter(texts: string[]): (port: number) => boolean {
  const ranges = texts.map(readPorts).filter((range) => range !== null)
  if (ranges.some(({ first, last }) => last - first > RANGE_LIMIT)) throw refusal('too_many_ports')
  return (port) => ranges.length === 0 || ranges.some(({ first, last }) => port >= first && port <= last)
}

function isShared(panel: Panel, { node, ip }: Allocation): boolean {
  return panel.allocations
    .all()
    .some((other) => other.server !== null && other.node === node && other.ip === ip)
}
