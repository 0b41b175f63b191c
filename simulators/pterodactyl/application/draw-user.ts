import type { SignedCall } from '../http/call.ts'
import { item, list, writeTime, type Item } from '../http/envelope.ts'
import type { Panel } from '../panel/panel.ts'
import type { User } from '../panel/records.ts'
import { drawServer } from './draw-server.ts'
import { drawIncludes, plain } from './includes.ts'

export function drawUser(panel: Panel, call: SignedCall, user: User): Item {
  const { two_factor, created_at, updated_at, ...attributes } = user
  const servers = () => panel.servers.all().filter((server) => server.user === user.id)
  return item('user', {
    ...attributes,
    '2fa': two_factor,
    created_at: writeTime(created_at),
    updated_at: writeTime(updated_at),
    ...drawIncludes(call, {
      servers: {
        resource: 'servers',
        draw: () => list(servers().map((server) => drawServer(panel, plain(call), server))),
      },
    }),
  })
}
