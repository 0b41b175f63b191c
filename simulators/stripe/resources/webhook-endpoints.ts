import { boolean, choice, clearable, list, metadata, required, text, url } from '../inbound/fields.ts'
import type { Field } from '../inbound/fields.ts'
import { page, pageFields } from '../inbound/lists.ts'
import { mergeMetadata } from '../inbound/metadata.ts'
import { route } from '../inbound/route.ts'
import { refuse } from '../refusals.ts'
import { find } from '../world.ts'
import { makeEndpoint, removeEndpoint } from '../webhooks/endpoints.ts'
import { eventTypes } from '../webhooks/events.ts'
import { API_VERSION } from '../version.ts'

const fields = {
  description: clearable(text()),
  metadata: metadata(),
}

export const webhookEndpointRoutes = [
  route(
    'POST /v1/webhook_endpoints',
    {
      ...fields,
      api_version: choice([API_VERSION]),
      enabled_events: required(list(eventType())),
      url: required(url()),
    },
    (world, params) => {
      const { endpoint, secret } = makeEndpoint(world, { url: params.url, events: params.enabled_events })
      endpoint.description = params.description ?? null
      endpoint.metadata = mergeMetadata({}, params.metadata)
      return { ...endpoint, secret }
    },
  ),
  route('GET /v1/webhook_endpoints', pageFields, (world, params) =>
    page(world.webhookEndpoints.values(), params, '/v1/webhook_endpoints'),
  ),
  route('GET /v1/webhook_endpoints/:id', {}, (world, _, id) => find(world, 'webhookEndpoints', id)),
  route(
    'POST /v1/webhook_endpoints/:id',
    { ...fields, disabled: boolean(), enabled_events: list(eventType()), url: url() },
    (world, params, id) => {
      const endpoint = find(world, 'webhookEndpoints', id)
      if (params.disabled !== undefined) endpoint.status = params.disabled ? 'disabled' : 'enabled'
      if (params.description !== undefined) endpoint.description = params.description
      endpoint.metadata = mergeMetadata(endpoint.metadata, params.metadata)
      endpoint.enabled_events = params.enabled_events ?? endpoint.enabled_events
      endpoint.url = params.url ?? endpoint.url
      return endpoint
    },
  ),
  route('DELETE /v1/webhook_endpoints/:id', {}, (world, _, id) => {
    find(world, 'webhookEndpoints', id)
    removeEndpoint(world, id)
    return { id, object: 'webhook_endpoint', deleted: true }
  }),
]

function eventType(): Field<string> {
  const field = text()
  return {
    required: false,
    read: (raw, param) => {
      const value = field.read(raw, param)
      if (value !== '*' && !eventTypes.includes(value)) throw refuse('event_unknown', { value, param })
      return value
    },
  }
}
