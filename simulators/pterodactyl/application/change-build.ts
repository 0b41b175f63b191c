import type { Answer, SignedCall } from '../http/call.ts'
import { refusal } from '../http/refusals.ts'
import { assignAllocations, releaseAllocations } from '../panel/assign-allocations.ts'
import type { Panel } from '../panel/panel.ts'
import type { Allocation, Limits, Server } from '../panel/records.ts'
import { flagIn, integersIn, isFields, numberIn, textIn, valueAt, type Fields } from '../rules/index.ts'
import { checkFields } from './check-fields.ts'
import { drawServer } from './draw-server.ts'
import { findRow } from './find-row.ts'

/** The panel answers 200 even when the node cannot be told, so the daemon is not asked here. */
export function changeBuild(panel: Panel, call: SignedCall): Answer {
  const server = findRow(panel.servers, call)
  checkFields(panel, 'changeBuild', call.body, server.id)
  server.allocation = changeAllocations(panel, server, call.body)
  server.limits = mergeLimits(server.limits, call.body)
  server.feature_limits = readFeatureLimits(call.body)
  server.updated_at = panel.clock()
  return { status: 200, body: drawServer(panel, call, server) }
}

/** Adds and removes allocations and returns the default one. Everything is checked before anything is changed. */
function changeAllocations(panel: Panel, server: Server, body: Fields): number {
  const wanted = numberIn(body, 'allocation') ?? server.allocation
  const added = integersIn(body, 'add_allocations').filter((id) =>
    isFreeOn(panel.allocations.find(id), server),
  )
  const kept = new Set(integersIn(body, 'add_allocations'))
  const removed = integersIn(body, 'remove_allocations')
  const fallback = removed.includes(wanted) ? added[0] : wanted
  if (fallback === undefined) throw refusal('default_removed')
  const held = panel.allocations.find(fallback)?.server === server.id || added.includes(fallback)
  if (!held) throw refusal('default_not_assigned')
  assignAllocations(panel, server, added)
  releaseAllocations(
    panel,
    server,
    removed.filter((id) => !kept.has(id)),
  )
  return fallback
}

function isFreeOn(allocation: Allocation | undefined, server: Server): boolean {
  return allocation?.server === null && allocation.node === server.node
}

/** Limits come nested, or flat as older clients send them. */
function mergeLimits(limits: Limits, body: Fields): Limits {
  const prefix = isFields(body.limits) ? 'limits.' : ''
  const threads = valueAt(body, `${prefix}threads`)
  return {
    memory: numberIn(body, `${prefix}memory`) ?? limits.memory,
    swap: numberIn(body, `${prefix}swap`) ?? limits.swap,
    disk: numberIn(body, `${prefix}disk`) ?? limits.disk,
    io: numberIn(body, `${prefix}io`) ?? limits.io,
    cpu: numberIn(body, `${prefix}cpu`) ?? limits.cpu,
    threads: threads === undefined ? limits.threads : textIn(body, `${prefix}threads`),
    oom_disabled: flagIn(body, 'oom_disabled') ?? limits.oom_disabled,
  }
}

/** Null is stored as it is, which makes databases unlimited; only backups fall back to 0. */
function readFeatureLimits(body: Fields): Server['feature_limits'] {
  return {
    databases: numberIn(body, 'feature_limits.databases'),
    allocations: numberIn(body, 'feature_limits.allocations'),
    backups: numberIn(body, 'feature_limits.backups') ?? 0,
  }
}
