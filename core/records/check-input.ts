import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import type { Static, TSchema } from '../../sdk/index.ts'
import { invalidInput } from '../kernel/index.ts'

export const inputChecks = {
  allErrors: true,
  coerceTypes: true,
  useDefaults: true,
  removeAdditional: false,
  strict: false,
  verbose: true,
} as const
const ajv = new Ajv2020(inputChecks)
formats.default(ajv)

const compiled = new WeakMap<object, ValidateFunction>()

/** Answers a checked copy of the input, or throws input.invalid with a reason for each field. For schemas of ours. */
export function checkInput<S extends TSchema>(schema: S, input: unknown): Static<S> {
  let validate = compiled.get(schema)
  if (!validate) compiled.set(schema, (validate = ajv.compile(schema)))
  const copy = structuredClone(input)
  if (!validate(copy)) throw invalidInput(reasons(validate.errors ?? []))
  const unkept = unkeptIn(copy, '')
  if (unkept !== null) throw invalidInput({ [unkept]: 'has the character U+0000' })
  return copy as Static<S>
}

/** Where a text has the one character that PostgreSQL does not keep; null when nowhere. */
function unkeptIn(value: unknown, path: string): string | null {
  if (typeof value === 'string') return value.includes('\0') ? path : null
  if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value)) return null
  for (const [key, part] of Object.entries(value)) {
    const found = unkeptIn(part, path === '' ? key : `${path}.${key}`)
    if (found !== null) return found
  }
  return null
}

export function reasons(errors: readonly ErrorObject[]): Record<string, string> {
  const fields: Record<string, string> = {}
  for (const error of errors) {
    const field = fieldOf(error)
    fields[field] ??= reason(error)
  }
  return fields
}

function fieldOf(error: ErrorObject): string {
  const path = error.instancePath.slice(1).replaceAll('/', '.')
  const missing = (error.params as { missingProperty?: string; additionalProperty?: string }).missingProperty
  const extra = (error.params as { additionalProperty?: string }).additionalProperty
  return [path, missing ?? extra].filter(Boolean).join('.') || 'input'
}

function reason(error: ErrorObject): string {
  const params = error.params as Record<string, unknown>
  switch (error.keyword) {
    case 'required':
      return 'is missing'
    case 'minLength':
      return params.limit === 1 ? 'must not be empty' : `needs at least ${String(params.limit)} characters`
    case 'maxLength':
      return `may have at most ${String(params.limit)} characters`
    case 'enum':
      return `must be one of ${(params.allowedValues as unknown[]).join(', ')}`
    case 'type':
      return `must be ${String(params.type)}`
    case 'format':
      return `is not a valid ${String(params.format)}`
    case 'additionalProperties':
      return 'is not known here'
    default:
      return error.message ?? 'does not fit'
  }
}
