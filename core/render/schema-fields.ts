import type { IsoDate } from '../kernel/index.ts'

/** The part of JSON Schema from which a form can be drawn: a flat object. */
export interface FormSchema {
  type: 'object'
  properties: Record<string, FieldSchema>
  required?: readonly string[]
}

export interface FieldSchema {
  type?: 'string' | 'number' | 'integer' | 'boolean'
  title?: string
  description?: string
  enum?: readonly (string | number)[]
  /** Labels of `enum`, in the same order. */
  enumNames?: readonly string[]
  default?: unknown
  /** "secret" is written and never read back; "uri", "email", "date" and "multiline" choose the field. */
  format?: string
  writeOnly?: boolean
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
  /** A secret that is set: its day, or "" when unknown. */
  setOn?: IsoDate | ''
  setBy?: string
}

export function schemaFields(input: SchemaFormInput): SchemaField[] {
  return Object.entries(input.schema.properties).map(([key, schema]) => toField(key, schema, input))
}

function toField(key: string, schema: FieldSchema, input: SchemaFormInput): SchemaField {
  const field: SchemaField = {
    kind: kindOf(schema),
    name: input.prefix ? `${input.prefix}[${key}]` : key,
    label: schema.title ?? words(key),
    required: input.schema.required?.includes(key) ?? false,
    ...(schema.description === undefined ? {} : { hint: schema.description }),
    ...(input.errors?.[key] === undefined ? {} : { error: input.errors[key] }),
  }
  if (isSecret(schema)) return { ...field, ...secretPart(input.secrets?.[key], field.required) }
  const value = input.values?.[key] ?? schema.default
  if (field.kind === 'checkbox') return { ...field, checked: value === true, required: false }
  return {
    ...field,
    ...limitsOf(schema),
    ...(value === undefined || value === null ? {} : { value: String(value) }),
    ...(schema.enum ? { options: optionsOf(schema, field.required) } : {}),
  }
}

function kindOf(schema: FieldSchema): string {
  if (isSecret(schema)) return 'password'
  if (schema.enum) return 'select'
  if (schema.type === 'boolean') return 'checkbox'
  if (schema.type === 'number' || schema.type === 'integer') return 'number'
  return (
    { uri: 'url', url: 'url', email: 'email', date: 'date', multiline: 'textarea' }[schema.format ?? ''] ??
    'text'
  )
}

const isSecret = (schema: FieldSchema): boolean => schema.format === 'secret' || schema.writeOnly === true

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
  const options = (schema.enum ?? []).map((value, index) => ({
    value: String(value),
    label: schema.enumNames?.[index] ?? words(String(value)),
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
