import type { Static, TSchema } from '../../../sdk/index.ts'
import { checkInput } from '../../records/index.ts'
import { randomBytes } from '../../kernel/index.ts'
import { noteRefusal } from '../chain/note-refusal.ts'
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
  /** What the summary calls fields; also names those that browsers leave out when nothing is chosen. */
  labels?: Readonly<Record<string, string>>
  /** The field of the form in which a field of the verb was asked for. */
  fieldOf?: (name: string) => string
  /** Statuses of refusals that belong into the form: 409 and 422 unless said otherwise. */
  shown?: readonly number[]
}

/** Runs the act of a form. Input that is refused draws the form again, with the values kept and the errors in place. */
export async function tryForm(
  ctx: Ctx,
  { act, redraw, shown = [409, 422], ...names }: FormAct,
): Promise<void> {
  try {
    await act()
  } catch (error) {
    const fault = faultOf(error)
    if (fault.bug || !shown.includes(fault.status) || fault.code === 'record.changed') throw error
    await noteRefusal(ctx, error)
    await redraw(problemOf(ctx, fault, names))
    if (ctx.status !== 303) ctx.status = fault.status
  }
}

/** Verbs group who is billed as `profile`; the forms that ask for it name the fields bare. */
export const ungrouped = (name: string): string => name.replace(/^profile\./, '')

function problemOf(
  ctx: Ctx,
  fault: Fault,
  { labels = {}, fieldOf = ungrouped }: Pick<FormAct, 'labels' | 'fieldOf'>,
): FormProblem {
  const { t, locale, deps, form: fields } = ctx.state
  const values = Object.fromEntries(
    Object.entries(fields).filter(([name]) => !/password|secret|token/.test(name)),
  )
  const fieldErrors = Object.fromEntries(
    Object.entries(fault.fields).map(([name, reason]) => [fieldOf(name), reasonText(t, reason)]),
  )
  const said = { ...labels, ...fields }
  const errors = Object.entries(fieldErrors).flatMap(([name, message]) =>
    holdsField(said, name) ? [{ name, label: labels[name] ?? name, message }] : [],
  )
  const loose = unsaid(said, fault, {
    ...{ fields: fieldErrors, text: faultText(deps.messages, locale, fault) },
    called: (name) => labels[name] ?? labelOf(ctx, name),
  })
  return {
    ...{ values, fieldErrors },
    errors: [...errors, ...loose.map((message) => ({ label: '', message }))],
  }
}

/**
 * What no field of the form that was sent can say, and is said above it: a refusal without fields, and reasons at
 * fields that the form does not have.
 */
export function unsaid(
  form: FormBody,
  { code }: Pick<Fault, 'code'>,
  { fields, text, called }: Unsaid,
): string[] {
  const reasons = Object.entries(fields)
  const strange = reasons.filter(([name]) => !holdsField(form, name))
  if (reasons.length === 0 || (strange.length > 0 && code !== 'input.invalid')) return [text]
  return strange.map(([name, reason]) => `${called(name)}: ${reason}`)
}

interface Unsaid {
  /** Field → reason. */
  fields: Readonly<Record<string, string>>
  /** The whole refusal. */
  text: string
  /** What readers call a field. */
  called: (name: string) => string
}

/** Words for a field that the form does not have: those of the pages of staff name nearly every field there is. */
export function labelOf({ state: { t, deps } }: Ctx, name: string): string {
  const key = `admin.label.${name.split('.').findLast((part) => !/^\d+$/.test(part))}`
  return deps.messages.has(key) ? t(key) : t('errors.not_asked')
}

/** Also as one of a group, settings[api_key], and by its parts, settings[accounts.0.iban]. */
const holdsField = (form: FormBody, name: string): boolean =>
  name in form ||
  Object.values(form).some(
    (group) =>
      typeof group === 'object' &&
      !Array.isArray(group) &&
      Object.keys(group).some((key) => key === name || key.startsWith(`${name}.`)),
  )
