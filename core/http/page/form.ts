import type { Static, TSchema } from '../../../sdk/index.ts'
import { checkInput } from '../../records/index.ts'
import { randomBytes } from '../../kernel/index.ts'
import type { Ctx, FormBody } from '../context.ts'
import { faultOf, faultText, type Fault } from '../fault.ts'
import { reasonText } from './reasons.ts'

/** The hidden fields of a form, for `ui('form-keys', it.keys)`: a fresh once-only key, and the version edited. */
export function formKeys(record?: { version: number }): { once: string; version?: string } {
  const once = randomBytes(12).toString('base64url')
  return record ? { once, version: String(record.version) } : { once }
}

/** The version that an edit was made from; null when the form carries none. */
export function formVersion(ctx: Ctx): number | null {
  const { version } = ctx.state.formKeys
  return version !== undefined && /^\d{1,9}$/.test(version) ? Number(version) : null
}

/** Fields checked by the schema. Throws input.invalid with a reason for each field. `set` wins over what was sent. */
export function form<S extends TSchema>(ctx: Ctx, schema: S, set: Record<string, unknown> = {}): Static<S> {
  return checkInput(schema, formInput(ctx, schema, set))
}

/**
 * Fields as the schema (of a verb, usually) wants them, unchecked: only those it names, ticks as booleans, one value
 * as a list where a list is wanted, and nothing for an empty field that may be left out.
 */
export function formInput(
  ctx: Ctx,
  schema: TSchema,
  set: Record<string, unknown> = {},
): Record<string, unknown> {
  const { properties = {}, required = [] } = schema as unknown as ObjectSchema
  const input: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(properties)) {
    const value = converted(field, ctx.state.form[name])
    if (value === undefined || (value === '' && !required.includes(name))) continue
    input[name] = value
  }
  return { ...input, ...set }
}

interface ObjectSchema {
  properties?: Record<string, FieldSchema>
  required?: readonly string[]
}

interface FieldSchema {
  type?: string
}

function converted(field: FieldSchema, value: FormBody[string] | undefined): unknown {
  if (field.type === 'boolean')
    return value !== undefined && value !== '' && value !== 'false' && value !== '0'
  if (field.type === 'array') return value === undefined ? [] : Array.isArray(value) ? value : [value]
  if (field.type === 'string' && Array.isArray(value)) return value.at(-1)
  return value
}

/** One text field as sent, trimmed; "" when absent. */
export function field(ctx: Ctx, name: string): string {
  const value = ctx.state.form[name]
  return typeof value === 'string' ? value.trim() : ''
}

/** Why a form was refused, for drawing it again: what was typed, and what is wrong with it. */
export interface FormProblem {
  values: FormBody
  /** For `ui('form-errors', { errors })`. */
  errors: { name?: string; label: string; message: string }[]
  /** Field → reason, for `ui('field', { error })`. */
  fieldErrors: Record<string, string>
}

export interface FormAct {
  act: () => Promise<void>
  /** Draws the same page again, or leads elsewhere; the status is set here. Passwords are not in `values`. */
  redraw: (problem: FormProblem) => Promise<void>
  labels?: Readonly<Record<string, string>>
  /** Statuses of refusals that belong into the form: 409 and 422 unless said otherwise. */
  shown?: readonly number[]
}

/** Runs the act of a form. Input that is refused draws the form again, with the values kept and the errors in place. */
export async function tryForm(
  ctx: Ctx,
  { act, redraw, labels = {}, shown = [409, 422] }: FormAct,
): Promise<void> {
  try {
    await act()
  } catch (error) {
    const fault = faultOf(error)
    if (fault.bug || !shown.includes(fault.status) || fault.code === 'record.changed') throw error
    await redraw(problemOf(ctx, fault, labels))
    if (ctx.status !== 303) ctx.status = fault.status
  }
}

function problemOf(ctx: Ctx, fault: Fault, labels: Readonly<Record<string, string>>): FormProblem {
  const { t, locale, deps, form: fields } = ctx.state
  const values = Object.fromEntries(
    Object.entries(fields).filter(([name]) => !/password|secret|token/.test(name)),
  )
  const reasons = Object.entries(fault.fields).map(([name, reason]): [string, string] => [
    name,
    reasonText(t, reason),
  ])
  const errors = reasons.map(([name, message]) => ({ name, label: labels[name] ?? name, message }))
  const loose = { label: '', message: faultText(deps.messages, locale, fault) }
  return { values, errors: errors.length > 0 ? errors : [loose], fieldErrors: Object.fromEntries(reasons) }
}

/** Verbs group who is billed as `profile`; the forms that ask for it name the fields bare. */
export function ungrouped(problem: FormProblem): FormProblem {
  const bare = (name: string) => name.replace(/^profile\./, '')
  const named = Object.entries(problem.fieldErrors).map(([name, text]) => [bare(name), text])
  const errors = problem.errors.map((error) => (error.name ? { ...error, name: bare(error.name) } : error))
  return { ...problem, errors, fieldErrors: Object.fromEntries(named) as Record<string, string> }
}
