import { components } from './components.ts'
import type { Endpoint } from './endpoint.ts'
import { endpoints } from './endpoints.ts'

/** The part of an OpenAPI 3.1 document that we write and the reference page reads. */
export interface OpenApi {
  openapi: '3.1.0'
  info: { title: string; version: string; description: string }
  servers: { url: string }[]
  tags: { name: string }[]
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, object>; securitySchemes: Record<string, object> }
}

export interface Operation {
  operationId: string
  summary: string
  description: string
  tags: string[]
  security: Record<string, string[]>[]
  parameters: Parameter[]
  requestBody?: { required: boolean; content: Record<string, { schema: object }> }
  responses: Record<string, ResponseDoc>
}

export interface Parameter {
  name: string
  in: 'path' | 'query' | 'header'
  required: boolean
  description?: string
  schema: object
}

export interface ResponseDoc {
  description: string
  content?: Record<string, { schema: object }>
  headers?: Record<string, object>
}

const COMMON: Readonly<Record<number, string>> = {
  401: 'No key, or one that does not work.',
  429: 'Too many requests; Retry-After says when it works again.',
}

/** Made from the same schemas that check the requests. */
export function openApi(origin: string, table: readonly Endpoint[] = endpoints): OpenApi {
  const paths: OpenApi['paths'] = {}
  for (const endpoint of table) (paths[endpoint.path] ??= {})[endpoint.method] = operation(endpoint)
  return {
    openapi: '3.1.0',
    info: {
      title: 'Berth API',
      version: '1',
      description:
        'Clients, users, products, the catalogue, orders, services, deliveries, servers, plugins and their requests, invoices, payments, mails, events, the audit log, settings and the board. Money is text in smallest units.',
    },
    servers: [{ url: `${origin}/api/v1` }],
    tags: [...new Set(table.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: components,
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'An API key, made in the client or staff area.' },
      },
    },
  }
}

function operation(endpoint: Endpoint): Operation {
  const inPath = [...endpoint.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)
  return {
    operationId: endpoint.id,
    summary: endpoint.summary,
    description:
      endpoint.permission === null ? 'Needs no scope.' : `Needs the scope \`${endpoint.permission}\`.`,
    tags: [endpoint.tag],
    security: [{ key: [] }],
    parameters: [
      ...inPath.map((name): Parameter => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
      ...queryParameters(endpoint),
      ...(endpoint.method === 'post' ? [IDEMPOTENCY, CAUSE] : []),
    ],
    ...(endpoint.body
      ? { requestBody: { required: true, content: { 'application/json': { schema: endpoint.body } } } }
      : {}),
    responses: responses(endpoint, inPath.length > 0),
  }
}

const IDEMPOTENCY: Parameter = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'Up to 200 characters. The same key with the same request gets the first answer for a day.',
  schema: { type: 'string', maxLength: 200 },
}

const CAUSE: Parameter = {
  name: 'Berth-Cause',
  in: 'header',
  required: false,
  description:
    'Id of the event that led to this request: what it leads to names it, so that its echo can be told.',
  schema: { type: 'string', maxLength: 44 },
}

function queryParameters({ query }: Endpoint): Parameter[] {
  if (!query) return []
  const { properties, required = [] } = query as unknown as {
    properties: Record<string, { description?: string }>
    required?: string[]
  }
  return Object.entries(properties).map(([name, schema]) => ({
    ...{ name, in: 'query' as const, required: required.includes(name), schema },
    ...(schema.description ? { description: schema.description } : {}),
  }))
}

function responses(endpoint: Endpoint, hasPath: boolean): Record<string, ResponseDoc> {
  const refusals = {
    ...COMMON,
    ...(endpoint.permission === null ? {} : { 403: 'The key lacks the scope.' }),
    ...(hasPath ? { 404: 'There is none, or it is not yours.' } : {}),
    ...(endpoint.body || endpoint.query ? { 422: 'A field does not fit; `fields` says which and why.' } : {}),
    ...endpoint.refusals,
  }
  const refused = Object.entries(refusals).map(([status, description]): [string, ResponseDoc] => [
    status,
    { description, content: { 'application/problem+json': { schema: ref('Problem') } } },
  ])
  return { [endpoint.status]: success(endpoint), ...Object.fromEntries(refused) }
}

function success({ answer }: Endpoint): ResponseDoc {
  if (answer === null) return { description: 'Done.' }
  if ('one' in answer)
    return { description: answer.one, content: { 'application/json': { schema: ref(answer.one) } } }
  const next = {
    type: ['string', 'null'],
    description: 'Hand it back as `after` for the next page; null on the last.',
  }
  const schema = {
    type: 'object',
    required: ['items', 'next'],
    properties: { items: { type: 'array', items: ref(answer.list) }, next },
  }
  return { description: `A page of ${answer.list}`, content: { 'application/json': { schema } } }
}

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` })
