import { formatDate, formatMoney, regionName } from '../../../i18n/index.ts'
import { addDays, cycle as cycleOf, isoDate } from '../../../kernel/index.ts'
import { cycleText } from '../../portal/cycle-text.ts'
import type { Desk } from '../desk.ts'

/** The message, or the key's own words as long as an area or a plugin has none of its own. */
export function said({ means, t }: Desk, group: string, key: string): string {
  const message = `${group}.${key}`
  return means.messages.has(message) ? t(message) : key.replaceAll('_', ' ')
}

/** "invoice.void" → "Invoice: voided". */
export function actName(desk: Desk, action: string): string {
  const [noun = '', act = ''] = action.split('.')
  return desk.t('admin.act_of', { noun: said(desk, 'admin.noun', noun), act: said(desk, 'admin.acted', act) })
}

/** "invoice.paid" → "Invoice: paid"; of "service.end:check" what would be done. */
export function hookName(desk: Desk, hook: string): string {
  const [what = '', law] = hook.split(':')
  if (law !== undefined) return actName(desk, what)
  const [noun = '', happened = ''] = what.split('.')
  const state = `common.state.${happened}`
  const known = !desk.means.messages.has(`admin.happened.${happened}`) && desk.means.messages.has(state)
  const act = known ? desk.t(state).toLocaleLowerCase(desk.locale) : said(desk, 'admin.happened', happened)
  return desk.t('admin.act_of', { noun: said(desk, 'admin.noun', noun), act })
}

/** What a job does, and what runs at set times, in words: "billing.refund" → "Refund is sent". */
export const jobName = (desk: Desk, task: string): string =>
  said(desk, 'admin.job', task.replaceAll('.', '_'))
export const scheduleName = (desk: Desk, name: string): string =>
  said(desk, 'admin.schedule', name.replaceAll('.', '_'))

export const journalName = (desk: Desk, kind: string): string => said(desk, 'admin.journal_kind', kind)

export const kindName = (desk: Desk, kinds: Readonly<Record<string, unknown>>): string =>
  Object.keys(kinds)
    .map((kind) => said(desk, 'admin.plugin_kind', kind))
    .join(', ')

/** "per month", for whatever cycle a price or a service has. */
export const cycleName = (desk: Desk, cycle: string): string => cycleText(desk.t, cycleOf(cycle))

/** "Germany" from "DE"; anything that is no code stays as it is. */
export const countryName = ({ locale }: Desk, code: string | null | undefined): string | null =>
  code && /^[A-Z]{2}$/.test(code) ? regionName(code, locale) : (code ?? null)

/** "November 2026" from "2026-11". */
export const monthName = ({ locale }: Desk, month: string): string =>
  new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(
    new Date(`${month.slice(0, 7)}-01`),
  )

/** "26.12.2026 – 25.01.2027" of a half-open period; the day alone when it is one. */
export function periodName({ locale }: Desk, from: string, to: string | null | undefined): string {
  const [first, end] = [isoDate(from), to ? isoDate(to) : addDays(isoDate(from), 1)]
  const last = addDays(end, -1)
  return [...new Set([first, last < first ? first : last])].map((day) => formatDate(day, locale)).join(' – ')
}

/** The trace of a line for people: "Period no. 3 · Per cent 10 · Of €8.90"; sums are read in the currency. */
export const traceItems = (desk: Desk, trace: Readonly<Record<string, unknown>>, currency?: string) =>
  Object.entries(trace).map(([name, value]) => ({
    label: said(desk, 'admin.trace', name),
    value: traceValue(desk, [name, value], currency),
  }))

function traceValue(
  { locale }: Desk,
  [name, value]: readonly [string, unknown],
  currency: string | undefined,
): string {
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value as string | number)
  if (name === 'ppm')
    return new Intl.NumberFormat(locale, { maximumFractionDigits: 4 }).format(Number(text) / 10_000)
  const isMinor = (name === 'of' || name === 'credited') && currency !== undefined && /^-?\d+$/.test(text)
  return isMinor ? formatMoney({ minor: BigInt(text), currency }, locale) : text
}

interface Choice {
  label: string
  value?: unknown
}

/** A choice is kept as "Memory: 2 GB" with its key; an answer as the question and what was typed. */
export function choiceOf({ label, value }: Choice): { label: string; value: string } {
  const [name, ...rest] = label.split(': ')
  if (rest.length > 0) return { label: name!, value: rest.join(': ') }
  const typed =
    value === null || value === undefined || typeof value === 'object' ? '' : String(value as string)
  return { label, value: typed === '1' ? '✓' : typed }
}
