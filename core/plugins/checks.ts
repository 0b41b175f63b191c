import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { undrawable } from './drawable.ts'

const ajv = new Ajv2020({ allErrors: false, strict: false, addUsedSchema: false })
addFormats.default(ajv)

ajv.addKeyword({
  keyword: 'drawable',
  type: 'object',
  schemaType: 'boolean',
  errors: true,
  validate: canBeDrawn,
})

const compiled = new WeakMap<object, ValidateFunction>()
const closedForms = new WeakMap<object, object>()

/** What does not fit, as "path: reason" in words; undefined when the value fits the schema. */
export function misfit(schema: object, value: unknown): string | undefined {
  const check = compiled.get(schema) ?? compile(schema)
  if (check(value)) return undefined
  const [error] = check.errors ?? []
  return error === undefined ? 'it does not fit the schema' : reasonOf(error)
}

function compile(schema: object): ValidateFunction {
  const check = ajv.compile(schema)
  compiled.set(schema, check)
  return check
}

interface Judge {
  (wanted: boolean, form: unknown): boolean
  errors?: Partial<ErrorObject>[]
}

function canBeDrawn(wanted: boolean, form: unknown): boolean {
  const problem = wanted ? undrawable(form) : undefined
  if (problem === undefined) return true
  ;(canBeDrawn as Judge).errors = [{ keyword: 'drawable', message: `is no form: ${problem}`, params: {} }]
  return false
}

export function reasonOf(error: ErrorObject): string {
  const path = error.instancePath === '' ? 'the whole' : error.instancePath.slice(1).replaceAll('/', '.')
  const params = error.params as { additionalProperty?: string; allowedValues?: unknown[] }
  if (params.additionalProperty !== undefined)
    return `${path}: the key "${params.additionalProperty}" is not known`
  if (params.allowedValues !== undefined) return `${path}: expected one of ${params.allowedValues.join(', ')}`
  return `${path}: ${error.message ?? 'it does not fit'}`
}

/** The same schema in which every object refuses keys that it does not name. */
export function closed(schema: object): object {
  const known = closedForms.get(schema)
  if (known !== undefined) return known
  const form = close(schema) as object
  closedForms.set(schema, form)
  return form
}

function close(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(close)
  if (typeof part !== 'object' || part === null) return part
  const copy = Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, close(inner)]))
  const isOpenObject = 'properties' in part && !('additionalProperties' in part)
  return isOpenObject ? { ...copy, additionalProperties: false } : copy
}
