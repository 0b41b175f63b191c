import { createHash } from 'node:crypto'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { invalidInput } from '../kernel/index.ts'
import { inputChecks, reasons } from './check-input.ts'
import { inTime, OutOfTime } from './in-time.ts'

const FORMS_MAX = 200
const FORM_LENGTH_MAX = 64 * 1024
/** Objects in a form: compiling costs about a millisecond each. */
const FORM_PARTS_MAX = 300
const CHECK_MS = 500

/** Compiled once by content, the least used go first: a plugin that changes has other forms, and the old ones fade. */
const compiled = new Map<string, ValidateFunction>()

/**
 * As `checkInput`, for a schema that a plugin wrote: it comes anew with each answer, and nothing says that its patterns
 * and references end. One check has what one run in an isolate has; then the check fails, not the process.
 */
export function checkForm(schema: object, input: unknown): Record<string, unknown> {
  const validate = validatorOf(schema)
  const copy = structuredClone(input)
  if (!holds(validate, copy)) throw invalidInput(reasons(validate.errors ?? []))
  return copy as Record<string, unknown>
}

/**
 * As `checkForm`, for settings that staff type: of what they left out only a default is taken that stood in its field,
 * so that no schema puts in what nobody saw.
 */
export function checkTyped(schema: object, input: Record<string, unknown>): Record<string, unknown> {
  const { properties = {} } = schema as { properties?: Record<string, object> }
  const shown = (name: string) => Object.hasOwn(properties[name] ?? {}, 'default')
  const checked = Object.entries(checkForm(schema, input))
  return Object.fromEntries(checked.filter(([name]) => Object.hasOwn(input, name) || shown(name)))
}

/** Why core takes no values for a form, or undefined. For authors, before anybody fills it in. */
export function formProblem(schema: object): string | undefined {
  try {
    validatorOf(schema)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

function validatorOf(schema: object): ValidateFunction {
  const text = JSON.stringify(schema)
  if (text.length > FORM_LENGTH_MAX || text.split('{').length > FORM_PARTS_MAX)
    throw invalidInput({ form: 'is too large' })
  const key = createHash('sha256').update(text).digest('base64')
  const validate = compiled.get(key) ?? compile(text)
  compiled.delete(key)
  compiled.set(key, validate)
  const [oldest = key] = compiled.keys()
  if (compiled.size > FORMS_MAX) compiled.delete(oldest)
  return validate
}

/** With an Ajv of its own: one Ajv keeps all that it ever compiled, and would take two forms of one id for the same. */
function compile(text: string): ValidateFunction {
  const ajv = new Ajv2020({ ...inputChecks, meta: false, validateSchema: false })
  formats.default(ajv)
  // Ajv compares every item with every other one, and a list may have as many as a request holds.
  ajv.removeKeyword('uniqueItems')
  ajv.addKeyword({ keyword: 'uniqueItems', type: 'array', schemaType: 'boolean', validate: areUnique })
  try {
    return ajv.compile(JSON.parse(text) as object)
  } catch {
    throw invalidInput({ form: 'is not a JSON Schema' })
  }
}

const areUnique = (wanted: boolean, items: readonly unknown[]): boolean =>
  !wanted || new Set(items.map((item) => JSON.stringify(item))).size === items.length

function holds(validate: ValidateFunction, value: unknown): boolean {
  try {
    return inTime(CHECK_MS, () => validate(value)) === true
  } catch (error) {
    if (error instanceof RangeError) throw invalidInput({ form: 'goes in a circle' })
    if (error instanceof OutOfTime) throw invalidInput({ form: 'takes too long to check' })
    throw error
  }
}
