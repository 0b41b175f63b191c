const ref = (name: string) => ({ $ref: `#/$defs/${name}` })
const mapOf = (value: object, keys: object = {}) => ({
  type: 'object',
  additionalProperties: value,
  propertyNames: keys,
})
const textFields = (...names: string[]) =>
  Object.fromEntries(names.map((name) => [name, { type: 'string', minLength: 1 }]))

/**
 * What OpenAPI 3.1 asks of the parts that we write, in our own words and closed: a field that the specification does
 * not have there is refused. Schemas inside are held to JSON Schema 2020-12 by their own meta schema.
 */
export const openApiRules = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  required: ['openapi', 'info', 'paths'],
  additionalProperties: false,
  properties: {
    openapi: { type: 'string', pattern: '^3\\.1\\.\\d+$' },
    info: {
      type: 'object',
      required: ['title', 'version'],
      additionalProperties: false,
      properties: textFields('title', 'version', 'summary', 'description', 'termsOfService'),
    },
    servers: {
      type: 'array',
      items: {
        type: 'object',
        required: ['url'],
        additionalProperties: false,
        properties: textFields('url', 'description'),
      },
    },
    tags: {
      type: 'array',
      uniqueItems: true,
      items: {
        type: 'object',
        required: ['name'],
        additionalProperties: false,
        properties: textFields('name', 'description'),
      },
    },
    paths: mapOf(ref('pathItem'), { pattern: '^/' }),
    components: {
      type: 'object',
      additionalProperties: false,
      properties: {
        schemas: mapOf(ref('schema'), { pattern: '^[A-Za-z0-9._-]+$' }),
        securitySchemes: mapOf(ref('security'), { pattern: '^[A-Za-z0-9._-]+$' }),
      },
    },
  },
  $defs: {
    schema: { $ref: 'https://json-schema.org/draft/2020-12/schema' },
    pathItem: {
      type: 'object',
      additionalProperties: false,
      properties: Object.fromEntries(
        ['get', 'put', 'post', 'delete', 'patch'].map((method) => [method, ref('operation')]),
      ),
    },
    operation: {
      type: 'object',
      required: ['responses'],
      additionalProperties: false,
      properties: {
        ...textFields('operationId', 'summary', 'description'),
        tags: { type: 'array', items: { type: 'string' } },
        security: { type: 'array', items: mapOf({ type: 'array', items: { type: 'string' } }) },
        parameters: { type: 'array', uniqueItems: true, items: ref('parameter') },
        requestBody: {
          type: 'object',
          required: ['content'],
          additionalProperties: false,
          properties: { required: { type: 'boolean' }, content: ref('content') },
        },
        responses: {
          ...mapOf(ref('response'), { pattern: '^([1-5]\\d\\d|[1-5]XX|default)$' }),
          minProperties: 1,
        },
      },
    },
    parameter: {
      type: 'object',
      required: ['name', 'in', 'schema'],
      additionalProperties: false,
      properties: {
        ...textFields('name', 'description'),
        in: { enum: ['query', 'header', 'path', 'cookie'] },
        required: { type: 'boolean' },
        schema: ref('schema'),
      },
      if: { properties: { in: { const: 'path' } } },
      then: { required: ['required'], properties: { required: { const: true } } },
    },
    response: {
      type: 'object',
      required: ['description'],
      additionalProperties: false,
      properties: {
        ...textFields('description'),
        content: ref('content'),
        headers: mapOf({ type: 'object' }),
      },
    },
    content: {
      ...mapOf(
        {
          type: 'object',
          required: ['schema'],
          additionalProperties: false,
          properties: { schema: ref('schema') },
        },
        { pattern: '^[\\w.+-]+/[\\w.+-]+$' },
      ),
      minProperties: 1,
    },
    security: {
      type: 'object',
      required: ['type'],
      properties: { type: { enum: ['apiKey', 'http', 'mutualTLS', 'oauth2', 'openIdConnect'] } },
      if: { properties: { type: { const: 'http' } } },
      then: { required: ['scheme'] },
    },
  },
}
