import { isoDate } from '../../kernel/index.ts'
import type { Entry, FileReader } from './reader.ts'

/** Single values of a catalogue file. Absent is undefined, "null" is null where it may be; anything else is a problem. */

export interface TextRule {
  pattern?: RegExp
  expected: string
  max?: number
}

export const SLUG: TextRule = {
  pattern: /^[a-z0-9]+(-[a-z0-9]+)*$/,
  expected: 'lower-case words with dashes, such as game-servers',
  max: 80,
}
export const KEY: TextRule = {
  pattern: /^[a-z0-9][a-z0-9_.-]*$/,
  expected: 'a short name in lower case, such as memory',
  max: 60,
}
export const NAME: TextRule = { expected: 'a text of 1 to 120 characters', max: 120, pattern: /\S/ }
export const SHORT: TextRule = { expected: 'a text of at most 300 characters', max: 300 }
export const LONG: TextRule = { expected: 'a text of at most 20000 characters', max: 20_000 }

export function optionalText(reader: FileReader, entry: Entry | undefined, rule: TextRule) {
  const text = reader.scalar(entry)
  if (text === undefined || text === null || !entry) return text
  const fits = text.length <= (rule.max ?? 300) && (rule.pattern?.test(text) ?? true)
  if (fits) return text
  reader.refuse(entry, `"${text.slice(0, 40)}" does not fit`, rule.expected)
  return undefined
}

export function requiredText(
  reader: FileReader,
  of: { parent: Entry; fields: ReadonlyMap<string, Entry>; key: string },
  rule: TextRule,
): string {
  const entry = of.fields.get(of.key)
  const text = optionalText(reader, entry, rule)
  if (text !== undefined && text !== null) return text
  const place = { ...of.parent, path: of.parent.path ? `${of.parent.path}.${of.key}` : of.key }
  if (!entry || text === null) reader.refuse(entry ?? place, 'is missing', rule.expected)
  return ''
}

export function flag(reader: FileReader, entry: Entry | undefined): boolean | undefined {
  const text = reader.scalar(entry)
  if (text === undefined || !entry) return undefined
  if (text === 'true' || text === 'false') return text === 'true'
  reader.refuse(entry, `"${text}" is not a yes or no`, 'true or false')
  return undefined
}

export function whole(reader: FileReader, entry: Entry | undefined, minimum = 0): number | null | undefined {
  const text = reader.scalar(entry)
  if (text === undefined || !entry) return undefined
  if (text === null) return null
  if (/^\d{1,9}$/.test(text) && Number(text) >= minimum) return Number(text)
  reader.refuse(entry, `"${text}" is not a whole number`, `a whole number from ${minimum} on`)
  return undefined
}

export function choice<T extends string>(
  reader: FileReader,
  entry: Entry | undefined,
  allowed: readonly T[],
): T | undefined {
  const text = reader.scalar(entry)
  if (text === undefined || !entry) return undefined
  const found = allowed.find((one) => one === text)
  if (!found) reader.refuse(entry, `"${text}" is not offered`, `one of ${allowed.join(', ')}`)
  return found
}

export function day(reader: FileReader, entry: Entry | undefined): string | null | undefined {
  const text = reader.scalar(entry)
  if (text === undefined || text === null || !entry) return text
  try {
    return isoDate(text)
  } catch {
    reader.refuse(entry, `"${text}" is not a day`, 'a day such as 2026-12-31')
    return undefined
  }
}

export function texts(reader: FileReader, entry: Entry | undefined, rule: TextRule): string[] | undefined {
  return reader.list(entry)?.flatMap((item) => optionalText(reader, item, rule) ?? [])
}

const WORDS: Readonly<Record<string, string>> = {
  daily: '1d',
  weekly: '1w',
  monthly: '1m',
  quarterly: '3m',
  half_yearly: '6m',
  yearly: '1y',
  two_yearly: '2y',
  three_yearly: '3y',
}
const EXPECTED_CYCLE = `${Object.keys(WORDS).join(', ')}, once, free, or a count such as 1h, 14d, 2w, 4m`

/** "quarterly" or "3m" → "3m". */
export function cycleOf(reader: FileReader, entry: Entry, text: string): string | undefined {
  const short = WORDS[text] ?? text
  if (/^(once|free|[1-9]\d{0,2}[hdwmy])$/.test(short)) return short
  reader.refuse(entry, `"${text}" is not a billing cycle`, EXPECTED_CYCLE)
  return undefined
}

/** "3m" → "quarterly", for people who read the file. */
export const wordOf = (cycle: string): string =>
  Object.keys(WORDS).find((word) => WORDS[word] === cycle) ?? cycle
