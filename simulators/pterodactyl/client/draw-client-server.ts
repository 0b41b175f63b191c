import type { SignedCall } from '../http/call.ts'
import { item, list, type Item } from '../http/envelope.ts'
import { allocationsOf } from '../panel/assign-allocations.ts'
import { identifierOf, isInstalled, type Panel } from '../panel/panel.ts'
import type { Server } from '../panel/records.ts'

export function drawClientServer(panel: Panel, call: SignedCall, server: Server): Item {
  const node = panel.nodes.find(server.node)
  return item('server', {
    server_owner: server.user === call.owner.id,
    identifier: identifierOf(server),
    internal_id: server.id,
    uuid: server.uuid,
    name: server.name,
    node: node?.name ?? '',
    is_node_under_maintenance: node?.maintenance_mode ?? false,
    sftp_details: { ip: node?.fqdn ?? '', port: 2022 },
    description: server.description,
    limits: server.limits,
    invocation: server.startup,
    docker_image: server.image,
    egg_features: null,
    feature_limits: server.feature_limits,
    status: server.status,
    is_suspended: server.status === 'suspended',
    is_installing: !isInstalled(server),
    is_transferring: server.transferring,
    relationships: { allocations: drawAllocations(panel, server), variables: drawVariables(panel, server) },
  })
}

function drawAllocations(panel: Panel, server: Server) {
  return list(
    allocationsOf(panel, server).map(({ id, ip, alias, port, notes }) =>
      item('allocation', { id, ip, ip_alias: alias, port, notes, is_default: id === server.allocation }),
    ),
  )
}

function drawVariables(panel: Panel, server: Server) {
  const variables = panel.eggs.find(server.egg)?.variables ?? []
  return list(
    variables
      .filter(({ user_viewable }) => user_viewable)
      .map((variable) =>
        item('egg_variable', {
          name: variable.name,
          description: variable.description,
          env_variable: variable.env_variable,
          default_value: variable.default_value,
          server_value: server.environment[variable.env_variable] ?? '',
          is_editable: variable.user_editable,
          rules: variable.rules,
        }),
      ),
  )
}
