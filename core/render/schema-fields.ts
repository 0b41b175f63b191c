import type { IsoDate } from '../kernel/index.ts'

/** The part of JSON Schema from which a form can be drawn: an object whose parts are at most lists of flat objects. */
export interface FormSchema {
  type: 'object'
  properties: Record<string, FieldSchema>
  required?: readonly string[]
}

export interface FieldSchema {
  type?: 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object' | readonly string[]
  title?: string
  description?: string
  enum?: readonly (string | number)[]
  /** Labels of `enum`, in the same order. */
  enumNames?: readonly string[]
  default?: unknown
  /** "uri", "email", "date" and "multiline" choose the field. */
  format?: string
  /** Written and never read back. */
  secret?: boolean
  /** Choices as TypeBox writes them. */
  anyOf?: readonly { const?: string | number; required?: readonly string[] }[]
  /** Of a list: flat objects become parts with fields, choices become ticks, anything else is written with commas. */
  items?: FieldSchema
  /** Of an object inside a list or another object. */
  properties?: Record<string, FieldSchema>
  required?: readonly string[]
  /** Of an object with free names: becomes parts of name and value. */
  additionalProperties?: boolean | FieldSchema
  /** Of an object that holds a sum by currency: each currency is a field. */
  sums?: boolean
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
}

export interface SchemaFormInput {
  schema: FormSchema
  values?: Record<string, unknown>
  /** Field → reason, as BerthError.fields. */
  errors?: Record<string, string>
  /** Secrets that are set, and since when by whom; the value itself never comes here. */
  secrets?: Record<string, { setOn: IsoDate; setBy: string } | true>
  /** Put before every name: "settings" gives settings[api_key]. */
  prefix?: string
}

/** Parameters for the component "field". */
export interface SchemaField {
  kind: string
  name: string
  label: string
  hint?: string
  error?: string
  required: boolean
  value?: string
  checked?: boolean
  options?: { value: string; label: string }[]
  min?: number
  max?: number
  step?: string
  autocomplete?: string
  attrs?: Record<string, unknown>
  /** Of the kind "parts": the fields of each, the last one empty for one more. */
  parts?: readonly { label: string; fields: readonly SchemaField[] }[]
  /** A secret that is set: its day, or "" when unknown. */
  setOn?: IsoDate | ''
  setBy?: string
}

export function schemaFields(input: SchemaFormInput): SchemaField[] {
  return Object.entries(input.schema.properties ?? {}).map(([key, schema]) =>
    shapeOf(schema) === 'plain' ? toField(key, schema, input) : toParts(key, schema, input),
  )
}

/** How the value of a schema is written in a form. */
export function shapeOf(
  schema: FieldSchema,
): 'plain' | 'list' | 'choices' | 'table' | 'object' | 'names' | 'sums' {
  if (schema.type === 'array')
    return schema.items?.properties ? 'table' : choicesOf(schema.items ?? {}).length > 0 ? 'choices' : 'list'
  if (schema.type === 'object' && schema.properties) return 'object'
  if (schema.sums === true) return 'sums'
  return schema.type === 'object' && typeof schema.additionalProperties === 'object' ? 'names' : 'plain'
}

export const choicesOf = (schema: FieldSchema): string[] =>
  (schema.enum ?? schema.anyOf?.flatMap((one) => one.const ?? []) ?? []).map(String)

/** A list of texts stays one field; the rest becomes parts with fields named by their place: "accounts.0.iban". */
function toParts(key: string, schema: FieldSchema, input: SchemaFormInput): SchemaField {
  const field = baseField(key, schema, input)
  const stored = input.values?.[key]
  const shape = shapeOf(schema)
  if (shape === 'list')
    return { ...field, kind: 'text', value: Array.isArray(stored) ? stored.join(', ') : '' }
  const numbered = (place: number) => ({ label: `${field.label} ${place + 1}`, at: `${key}.${place}` })
  const part = (of: { label: string; at: string }, row: FieldSchema, values: Record<string, unknown>) => ({
    label: of.label,
    fields: rowFields(of.at, row, { ...input, values }),
  })
  const whole = { label: field.label, at: key }
  const parts =
    shape === 'object'
      ? [part(whole, schema, (stored ?? {}) as Record<string, unknown>)]
      : shape === 'choices'
        ? [
            part(
              whole,
              ticksOf(schema.items!),
              Object.fromEntries(listOf(stored).map((one) => [String(one), true])),
            ),
          ]
        : shape === 'table'
          ? [...listOf(stored), {}].map((row, i) =>
              part(numbered(i), schema.items!, row as Record<string, unknown>),
            )
          : [
              ...Object.entries((stored ?? {}) as object).map(([name, value]) => ({
                name,
                value: value as unknown,
              })),
              {},
            ].map((row, i) => part(numbered(i), namedValue(schema), row))
  return { ...field, kind: 'parts', parts }
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : [])

/** Each choice is a tick, called as the schema calls it. */
const ticksOf = (items: FieldSchema): FieldSchema => ({
  properties: Object.fromEntries(
    choicesOf(items).map((choice, i) => [
      choice,
      { type: 'boolean', title: items.enumNames?.[i] ?? words(choice) },
    ]),
  ),
})

const namedValue = (schema: FieldSchema): FieldSchema => ({
  properties: {
    name: { type: 'string' },
    value: typeof schema.additionalProperties === 'object' ? schema.additionalProperties : {},
  },
})

/** Nothing is required in the browser: a row that stays empty is left out. A part with parts stands as these. */
function rowFields(at: string, row: FieldSchema, input: SchemaFormInput): SchemaField[] {
  return Object.entries(row.properties ?? {}).flatMap(([name, schema]) => {
    const key = `${at}.${name}`
    if (shapeOf(schema) === 'object') {
      const values = (input.values?.[name] ?? {}) as Record<string, unknown>
      return rowFields(key, within(schema.title ?? words(name), schema), { ...input, values })
    }
    const one = {
      ...input,
      schema: { type: 'object' as const, properties: {} },
      values: { [key]: input.values?.[name] },
    }
    return toField(key, { title: words(name), ...schema }, one)
  })
}

/** "At least, EUR". */
const within = (title: string, { properties = {} }: FieldSchema): FieldSchema => ({
  properties: Object.fromEntries(
    Object.entries(properties).map(([name, part]) => [
      name,
      { ...part, title: `${title}, ${part.title ?? words(name)}` },
    ]),
  ),
})

function baseField(key: string, schema: FieldSchema, input: SchemaFormInput): SchemaField {
  return {
    kind: kindOf(schema),
    name: input.prefix ? `${input.prefix}[${key}]` : key,
    label: schema.title ?? words(key),
    required: input.schema.required?.includes(key) ?? false,
    ...(schema.description === undefined ? {} : { hint: schema.description }),
    ...(input.errors?.[key] === undefined ? {} : { error: input.errors[key] }),
  }
}

function toField(key: string, schema: FieldSchema, input: SchemaFormInput): SchemaField {
  const field = baseField(key, schema, input)
  if (isSecret(schema)) return { ...field, ...secretPart(input.secrets?.[key], field.required) }
  const value = input.values?.[key] ?? schema.default
  if (field.kind === 'checkbox') return { ...field, checked: value === true, required: false }
  return {
    ...field,
    ...limitsOf(schema),
    ...(value === undefined || value === null ? {} : { value: String(value) }),
    ...(field.kind === 'select' ? { options: optionsOf(schema, field.required) } : {}),
  }
}

/** Texts that may be longer get a field of several lines. */
const LONG_TEXT = 500

function kindOf(schema: FieldSchema): string {
  if (isSecret(schema)) return 'password'
  if (choicesOf(schema).length > 0) return 'select'
  if (schema.type === 'boolean') return 'checkbox'
  if (schema.type === 'number' || schema.type === 'integer') return 'number'
  if (schema.format === undefined && (schema.maxLength ?? 0) > LONG_TEXT) return 'textarea'
  return (
    { uri: 'url', url: 'url', email: 'email', date: 'date', multiline: 'textarea' }[schema.format ?? ''] ??
    'text'
  )
}

const isSecret = (schema: FieldSchema): boolean => schema.secret === true

/** A secret that is set may be left empty, which keeps it. */
function secretPart(
  set: { setOn: IsoDate; setBy: string } | true | undefined,
  required: boolean,
): Partial<SchemaField> {
  const base = { autocomplete: 'off', required: required && !set }
  if (!set) return base
  return set === true ? { ...base, setOn: '' } : { ...base, setOn: set.setOn, setBy: set.setBy }
}

function limitsOf(schema: FieldSchema): Partial<SchemaField> {
  const isNumber = schema.type === 'number' || schema.type === 'integer'
  const attrs = isNumber ? {} : { minlength: schema.minLength, maxlength: schema.maxLength }
  return {
    attrs,
    ...(isNumber && schema.minimum !== undefined ? { min: schema.minimum } : {}),
    ...(isNumber && schema.maximum !== undefined ? { max: schema.maximum } : {}),
    ...(schema.type === 'number' ? { step: 'any' } : {}),
  }
}

function optionsOf(schema: FieldSchema, required: boolean): { value: string; label: string }[] {
  const options = choicesOf(schema).map((value, index) => ({
    value,
    label: schema.enumNames?.[index] ?? words(value),
  }))
  return required ? options : [{ value: '', label: '–' }, ...options]
}

/** "api_key" → "Api key" */
function words(key: string): string {
  const text = key
    .replace(/[_-]+/g, ' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}
