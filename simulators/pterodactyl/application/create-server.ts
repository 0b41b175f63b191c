import { randomUUID } from 'node:crypto'
import type { Answer, SignedCall } from '../http/call.ts'
import { refusal } from '../http/refusals.ts'
import { allocationsOf, assignAllocations, releaseAllocations } from '../panel/assign-allocations.ts'
import { reachDaemon } from '../panel/daemon.ts'
import { beginInstall } from '../panel/installs.ts'
import type { Panel } from '../panel/panel.ts'
import type { Allocation, Egg, Server } from '../panel/records.ts'
import { fieldsIn, flagIn, integersIn, isFields, numberIn, textIn, type Fields } from '../rules/index.ts'
import { checkFields } from './check-fields.ts'
import { checkVariables } from './check-variables.ts'
import { chooseAllocation } from './choose-allocation.ts'
import { drawServer } from './draw-server.ts'
import { readLimits } from './read-limits.ts'

/** Every field is checked before the egg's variables are, as the panel does: so a 422 tells of one or the other. */
export function createServer(panel: Panel, call: SignedCall): Answer {
  const { body } = call
  checkFields(panel, 'createServer', body)
  const deployed = isFields(body.deploy)
  const allocation = deployed
    ? chooseAllocation(panel, body)
    : panel.allocations.find(numberIn(body, 'allocation.default') ?? 0)
  const egg = panel.eggs.find(numberIn(body, 'egg') ?? 0)
  if (!allocation || !egg) throw refusal('not_found')
  const environment = checkVariables(panel, egg, fieldsIn(body, 'environment'))
  const server = panel.servers.add(readServer(panel, body, { allocation, egg, environment }))
  assignAllocations(panel, server, [
    allocation.id,
    ...(deployed ? [] : integersIn(body, 'allocation.additional')),
  ])
  startOnNode(panel, server)
  return { status: 201, body: drawServer(panel, call, server) }
}

function readServer(
  panel: Panel,
  body: Fields,
  { allocation, egg, environment }: { allocation: Allocation; egg: Egg; environment: Server['environment'] },
): Omit<Server, 'id'> {
  const now = panel.clock()
  return {
    external_id: textIn(body, 'external_id'),
    uuid: randomUUID(),
    name: textIn(body, 'name') ?? '',
    description: textIn(body, 'description') ?? '',
    status: 'installing',
    limits: readLimits(body),
    feature_limits: {
      databases: numberIn(body, 'feature_limits.databases') ?? 0,
      allocations: numberIn(body, 'feature_limits.allocations') ?? 0,
      backups: numberIn(body, 'feature_limits.backups') ?? 0,
    },
    user: numberIn(body, 'user') ?? 0,
    node: allocation.node,
    allocation: allocation.id,
    nest: egg.nest,
    egg: egg.id,
    startup: textIn(body, 'startup') ?? '',
    image: textIn(body, 'docker_image') ?? '',
    environment,
    skip_scripts: flagIn(body, 'skip_scripts') ?? false,
    start_on_completion: flagIn(body, 'start_on_completion') ?? false,
    install: null,
    transferring: false,
    startedAt: null,
    usage: null,
    sample: null,
    created_at: now,
    updated_at: now,
  }
}

/** When the node cannot be told, nothing of the server is left behind. */
function startOnNode(panel: Panel, server: Server): void {
  try {
    reachDaemon(panel, server.node)
  } catch (error) {
    releaseAllocations(
      panel,
      server,
      allocationsOf(panel, server).map(({ id }) => id),
    )
    panel.servers.remove(server.id)
    throw error
  }
  beginInstall(panel, server, true)
}
