import { isNameKind } from './kinds.ts'
import { nameProblem, plainName } from './name-problem.ts'
import type { OrderField } from './product.ts'

export const FIELD_TEXT_MAX = 500
export const FIELD_AREA_MAX = 5_000

/** An answer as it is kept with the service. */
export interface FieldAnswer {
  fieldId: string
  key: string
  label: string
  value: string
  setting: string | null
}

export interface FieldAnswers {
  answers: FieldAnswer[]
  /** Keys of the fields with the reason; empty when all answers fit. */
  errors: Record<string, string>
}

/** Checks what was answered to the questions of a product. Ticks are kept as "1" and "0"; empty answers are left out. */
export function checkFields(
  fields: readonly OrderField[],
  given: Readonly<Record<string, unknown>>,
): FieldAnswers {
  const errors: Record<string, string> = {}
  const answers: FieldAnswer[] = []
  const asked = fields.filter((field) => !field.retiredAt)
  for (const field of asked) {
    const value = textOf(field, given[field.key])
    const problem = problemOf(field, value)
    if (problem) errors[field.key] = problem
    else if (value !== '')
      answers.push({ fieldId: field.id, key: field.key, label: field.label, value, setting: field.setting })
  }
  for (const key of Object.keys(given)) {
    if (!asked.some((field) => field.key === key)) errors[key] = 'is not asked for this product'
  }
  return { answers, errors }
}

function textOf(field: OrderField, value: unknown): string {
  if (field.kind === 'checkbox') return ticked(value) ? '1' : '0'
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const text = typeof value === 'string' ? value.trim() : ''
  return text !== '' && isNameKind(field.kind) ? plainName(text) : text
}

/** The domain or host name among the answers: what a service is called beside its plan. */
export function nameAmong(fields: readonly OrderField[], answers: readonly FieldAnswer[]): string | null {
  const named = fields.find(
    ({ id, kind, retiredAt }) =>
      isNameKind(kind) && !retiredAt && answers.some(({ fieldId }) => fieldId === id),
  )
  return answers.find(({ fieldId }) => fieldId === named?.id)?.value ?? null
}

/** "Web Start – example.org": the plan, and what its owner or the order calls it, where that says more. */
export const serviceTitle = (product: string, label: string): string =>
  label === '' || label === product ? product : `${product} – ${label}`

/** How forms, files and API calls say yes. */
export const ticked = (value: unknown): boolean =>
  value === true || value === 1 || (typeof value === 'string' && ['1', 'on', 'true', 'yes'].includes(value))

function problemOf(field: OrderField, value: string): string | null {
  if (field.required && (value === '' || (field.kind === 'checkbox' && value === '0'))) {
    return field.kind === 'checkbox' ? 'must be ticked' : 'must not be empty'
  }
  if (value === '') return null
  if (field.kind === 'list' && !field.choices.includes(value))
    return `must be one of ${field.choices.join(', ')}`
  if (field.kind === 'file')
    return /^fil_[0-9a-z]{26}$/.test(value) ? null : 'must be a file that was sent before'
  if (isNameKind(field.kind)) {
    const problem = nameProblem(field.kind, value)
    if (problem) return problem
  }
  if (field.kind === 'number' && !/^-?\d{1,15}(\.\d{1,6})?$/.test(value)) return 'must be a number'
  const longest = field.kind === 'textarea' ? FIELD_AREA_MAX : FIELD_TEXT_MAX
  if (value.length > longest) return `may have at most ${longest} characters`
  if (field.pattern && field.kind !== 'checkbox' && !matches(field.pattern, value))
    return field.hint ? `does not fit: ${field.hint}` : 'does not have the expected form'
  return null
}

/** The pattern covers the whole answer. It was checked when the field was saved. */
export function matches(pattern: string, value: string): boolean {
  return new RegExp(`^(?:${pattern})$`, 'u').test(value)
}

export function isPattern(pattern: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u') instanceof RegExp
  } catch {
    return false
  }
}
