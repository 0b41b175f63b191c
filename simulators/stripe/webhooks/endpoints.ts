import type { WebhookEndpoint } from '../shapes.ts'
import { API_VERSION } from '../version.ts'
import type { World } from '../world.ts'

/** Registers an address; without a given secret it gets one of its own. */
export function makeEndpoint(
  world: World,
  order: { url: string; events: string[]; secret?: string },
): { endpoint: WebhookEndpoint; secret: string } {
  const endpoint: WebhookEndpoint = {
    id: world.nextId('we'),
    object: 'webhook_endpoint',
    api_version: API_VERSION,
    application: null,
    created: world.now(),
    description: null,
    enabled_events: order.events,
    livemode: false,
    metadata: {},
    status: 'enabled',
    url: order.url,
  }
  const secret = order.secret ?? world.nextId('whsec')
  world.webhookEndpoints.set(endpoint.id, endpoint)
  world.webhookSecrets.set(endpoint.id, secret)
  return { endpoint, secret }
}

export function removeEndpoint(world: World, id: string): void {
  world.webhookEndpoints.delete(id)
  world.webhookSecrets.delete(id)
}
