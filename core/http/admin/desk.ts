import { isCurrency, toDecimal } from '../../../sdk/index.ts'
import { formatMoney, type MessageParams, type Translate } from '../../i18n/index.ts'
import type { Actor, IsoDate } from '../../kernel/index.ts'
import type { Cell, Form } from './blocks.ts'
import type { Ctx, FormBody } from '../context.ts'
import type { Upload } from '../../orders/index.ts'
import type { HttpDeps } from '../deps.ts'
import { faultOf, faultText } from '../fault.ts'
import { labelOf, readAmount, reasonText, ungrouped, unsaid } from '../page/index.ts'
import type { AdminPorts } from './ports.ts'

export type AdminMeans = HttpDeps & AdminPorts

/** Where a staff member works: means, who it is, in which language and on which day. */
export interface Desk {
  means: AdminMeans
  actor: Actor
  t: Translate
  locale: string
  zone: string
  today: IsoDate
}

/** What the browser asked for. */
export interface Asked {
  path: string
  /** Path with query. */
  url: string
  params: Readonly<Record<string, string>>
  query: Readonly<Record<string, string>>
  form: FormBody
  /** Files of the form, by field. */
  uploads: ReadonlyMap<string, Upload>
  version: number | null
  refused: Refused | null
}

/** A form that was refused: drawn again with what was typed. */
export interface Refused {
  values: FormBody
  fields: Readonly<Record<string, string>>
  /** Null when every reason stands at a field. */
  problem: string | null
}

const REDRAWN = [409, 422]

/** Null for what is no refusal of the form: a missing permission, a bug. */
export function refusalOf(ctx: Ctx, error: unknown): (Refused & { status: number }) | null {
  const fault = faultOf(error)
  if (fault.bug || !REDRAWN.includes(fault.status)) return null
  const { t, locale, deps, form: values } = ctx.state
  const fields = Object.fromEntries(
    Object.entries(fault.fields).map(([name, reason]) => [name, reasonText(t, reason)]),
  )
  const text = faultText(deps.messages, locale, fault)
  const bare = Object.fromEntries(Object.entries(fields).map(([name, reason]) => [ungrouped(name), reason]))
  const called = (name: string) => labelOf(ctx, name)
  const problem = unsaid(values, fault, { fields: bare, text, called }).join(' ') || null
  return { values, fields, problem, status: fault.status }
}

/** Text of a form field, trimmed; "" when it is absent or not a text. */
export function textOf(form: FormBody, name: string): string {
  const value = form[name]
  return typeof value === 'string' ? value.trim() : ''
}

/**
 * A sum that was typed in the reader's language, as verbs take it: "9,90" is "9.90". What is none goes on as it is, so
 * that the verb refuses it by name.
 */
export function decimalOf({ locale }: Pick<Desk, 'locale'>, text: string, currency: string): string {
  const minor = isCurrency(currency) ? readAmount(text, currency, locale) : null
  return minor === null ? text : toDecimal({ minor, currency })
}

/** What stands on the lines of a text, without the empty ones. */
export const linesOf = (form: FormBody, name: string): string[] =>
  textOf(form, name)
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)

/** Null for an empty field. */
export const optional = (form: FormBody, name: string): string | null => textOf(form, name) || null

export const ticked = (form: FormBody, name: string): boolean => textOf(form, name) !== ''

/** Whole number, null for an empty field; anything else stays text, so that the verb's schema refuses it by name. */
export function countOf(form: FormBody, name: string): number | null {
  const text = textOf(form, name)
  if (text === '') return null
  return /^-?\d{1,9}$/.test(text) ? Number(text) : (text as unknown as number)
}

/** What was typed before a refusal, else what is stored. */
export function valueOf(asked: Asked, name: string, stored: string | number | null | undefined): string {
  return asked.refused ? textOf(asked.refused.values, name) : String(stored ?? '')
}

/** Value and error of a field, the same for a fresh form and a refused one. */
export function filled(asked: Asked, name: string, stored?: string | number | null) {
  const error = asked.refused?.fields[name]
  return { name, value: valueOf(asked, name, stored), ...(error === undefined ? {} : { error }) }
}

export function tickedField(asked: Asked, name: string, stored: boolean) {
  const error = asked.refused?.fields[name]
  const checked = asked.refused ? ticked(asked.refused.values, name) : stored
  return { kind: 'checkbox', name, checked, required: false, ...(error === undefined ? {} : { error }) }
}

/** The parts of a form that are the same everywhere: its keys and the refusal that stands above it. */
export function formParts(desk: Desk, asked: Asked, version?: number): Pick<Form, 'keys' | 'problem'> {
  const keys = { once: desk.means.newId('req'), ...(version === undefined ? {} : { version }) }
  return { keys, ...(looseProblem(asked) ? { problem: looseProblem(asked)! } : {}) }
}

export function looseProblem(asked: Asked): string | null {
  return asked.refused?.problem ?? null
}

/** Label of a column, field or fact: admin.label.<name>. */
export const labeller =
  (desk: Desk) =>
  (name: string, params?: MessageParams): string =>
    desk.t(`admin.label.${name}`, params)

export const moneyText = (desk: Pick<Desk, 'locale'>, minor: bigint, currency: string): string =>
  formatMoney({ minor, currency }, desk.locale)

/** A link to a client, or its bare name for whoever may not open it. */
export const clientLink = (id: string | null, name: string | null): Cell =>
  id === null ? name : { href: `/admin/clients/${id}`, text: name ?? id }
