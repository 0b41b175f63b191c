import type { OpenApi } from '../api/open-api.ts'

export interface SchemaRow {
  /** "lines[].net" */
  name: string
  kind: string
  required: boolean
  text: string
}

interface Schema {
  $ref?: string
  type?: string | string[]
  description?: string
  format?: string
  pattern?: string
  enum?: unknown[]
  const?: unknown
  anyOf?: Schema[]
  items?: Schema
  properties?: Record<string, Schema>
  required?: string[]
}

const DEPTH_MAX = 3

/** A schema as the rows of a table: one a field, groups and lists opened. */
export function schemaRows(document: OpenApi, schema: object, prefix = '', depth = 0): SchemaRow[] {
  const { properties = {}, required = [] } = resolved(document, schema)
  return Object.entries(properties).flatMap(([name, field]) => {
    const open = resolved(document, field)
    const list = open.type === 'array' && open.items ? resolved(document, open.items) : null
    const inner = list ?? open
    const row: SchemaRow = {
      name: prefix + name,
      kind: kindOf(field, open, list),
      required: required.includes(name),
      text: field.description ?? open.description ?? '',
    }
    const opened = inner.properties && !isMoney(field) && depth < DEPTH_MAX
    const path = `${prefix}${name}${list ? '[]' : ''}.`
    return opened ? [row, ...schemaRows(document, inner, path, depth + 1)] : [row]
  })
}

const isMoney = (schema: Schema): boolean => schema.$ref?.endsWith('/Money') ?? false

function resolved(document: OpenApi, schema: Schema): Schema {
  const name = schema.$ref?.split('/').at(-1)
  return name === undefined ? schema : (document.components.schemas[name] as Schema)
}

function kindOf(field: Schema, open: Schema, list: Schema | null): string {
  if (isMoney(field)) return 'Money'
  if (list) return `list of ${list.properties ? 'objects' : kindOf(list, list, null)}`
  if (open.anyOf) return [...new Set(open.anyOf.map((one) => kindOf(one, one, null)))].join(' or ')
  if (open.const !== undefined) return JSON.stringify(open.const)
  if (open.enum) return open.enum.map((value) => JSON.stringify(value)).join(', ')
  const type = Array.isArray(open.type) ? open.type.join(' or ') : (open.type ?? 'any')
  return open.format ? `${type} (${open.format})` : type
}
