import { choicesOf, shapeOf, type FieldSchema, type FormSchema } from '../../render/index.ts'
import type { FormBody } from '../context.ts'
import { textOf } from './desk.ts'

/**
 * Fields of a form that a schema drew, as the schema wants them: ticks become booleans, empty fields are left out, parts
 * become lists, objects and names, and secrets stand apart; an empty secret stays as it is.
 */
export function schemaValues(
  schema: object,
  secretNames: readonly string[],
  group: FormBody[string] | undefined,
): { settings: Record<string, unknown>; secrets: Record<string, string> } {
  const form = group && typeof group === 'object' && !Array.isArray(group) ? group : ({} as FormBody)
  const { properties = {} } = schema as Partial<FormSchema>
  const settings: Record<string, unknown> = {}
  const secrets: Record<string, string> = {}
  for (const [name, field] of Object.entries(properties)) {
    if (secretNames.includes(name)) {
      const text = textOf(form, name)
      if (text !== '') secrets[name] = text
      continue
    }
    const value = typedValue(form, name, field)
    if (value !== undefined) settings[name] = value
  }
  return { settings, secrets }
}

function typedValue(form: FormBody, name: string, field: FieldSchema): unknown {
  switch (shapeOf(field)) {
    case 'table':
      return rowsOf(form, name, field.items?.properties ?? {})
    case 'names': {
      const rows = rowsOf(form, name, { name: {}, value: {} }) ?? []
      return rows.length === 0
        ? undefined
        : Object.fromEntries(rows.map((row) => [row.name ?? '', row.value ?? '']))
    }
    case 'list': {
      const parts = textOf(form, name)
        .split(/[\n,]/)
        .map((part) => part.trim())
      return parts.some(Boolean) ? parts.filter(Boolean) : undefined
    }
    case 'choices':
      return choicesOf(field.items ?? {}).filter((choice) => textOf(form, `${name}.${choice}`) !== '')
    case 'sums':
      return Object.fromEntries(
        Object.keys(form).flatMap((key) => {
          const currency = key.startsWith(`${name}.`) ? key.slice(name.length + 1) : ''
          const sum = textOf(form, key).trim()
          return currency === '' || sum === '' ? [] : [[currency, sum]]
        }),
      )
    case 'object':
      return Object.fromEntries(
        Object.entries(field.properties ?? {}).flatMap(([part, schema]) => {
          const value = typedValue(form, `${name}.${part}`, schema)
          return value === undefined ? [] : [[part, value]]
        }),
      )
    case 'plain':
      return field.type === 'boolean' ? textOf(form, name) !== '' : textOf(form, name) || undefined
  }
}

/** Fields are named by their place, "accounts.0.iban"; a row of which nothing was filled in is left out. */
function rowsOf(
  form: FormBody,
  name: string,
  columns: Readonly<Record<string, FieldSchema>>,
): Record<string, unknown>[] | undefined {
  const places = Object.keys(form).flatMap((key) => {
    const [first, place] = key.split('.')
    return first === name && /^\d{1,3}$/.test(place ?? '') ? [Number(place)] : []
  })
  const rows = [...new Set(places)]
    .sort((a, b) => a - b)
    .map((place) =>
      Object.fromEntries(
        Object.entries(columns).flatMap(([column, field]) => {
          const value = typedValue(form, `${name}.${place}.${column}`, field)
          return value === undefined || value === false ? [] : [[column, value] as const]
        }),
      ),
    )
    .filter((row) => Object.keys(row).length > 0)
  return rows.length === 0 ? undefined : rows
}
