import type { AdminPorts } from '../../http/index.ts'
import { getInstance, secretFields } from '../../plugins/index.ts'
import type { Wiring } from '../areas.ts'
import { changeBilling } from './change-ports.ts'
import { priceOffer } from './price-offer.ts'

/** What pages of staff reach beyond the means. */
export function adminPorts(wiring: Wiring): AdminPorts {
  const { means, engine, plugins } = wiring
  return {
    changes: { ...changeBilling, price: priceOffer },
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
