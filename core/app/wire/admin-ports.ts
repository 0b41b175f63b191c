import type { AdminPorts } from '../../http/index.ts'
import { getInstance, secretFields } from '../../plugins/index.ts'
import type { Wiring } from '../areas.ts'
import { changePorts } from './change-ports.ts'

/** What pages of staff reach beyond the means. */
export function adminPorts(wiring: Wiring): AdminPorts {
  const { means, engine, plugins } = wiring
  return {
    changes: changePorts,
    serverSettings: async (instanceId) => {
      const { manifest } = await getInstance(means.db, instanceId)
      const schema = manifest.server_settings ?? { type: 'object', properties: {} }
      return { schema, secrets: secretFields(schema) }
    },
    drain: (instanceId) => plugins.drain?.(instanceId),
    jobDesk: engine,
    health: async () => (await wiring.health()).checks,
  }
}
