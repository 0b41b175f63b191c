import { daysBetween, toMs, type Instant, type IsoDate } from '../kernel/index.ts'
import { minorDigits, toDecimal, type Money } from '../../sdk/index.ts'

/** "€1,234.50", exact for any size; a negative amount carries a true minus sign. */
export function formatMoney(amount: Money, locale: string): string {
  const { sign, whole, rest } = digitsOf(amount)
  const shape = moneyShape(locale, amount.currency)
  // Intl reads decimal text digit by digit; a number would pass through floating point.
  if (!shape) return trueMinus(moneyFormat(locale, amount.currency).format(decimal(amount)))
  const [before, after] = sign < 0 ? shape.negative : shape.positive
  return before + grouped(whole, shape) + (rest === '' ? '' : shape.point + rest) + after
}

const decimal = (amount: Money) => toDecimal(amount) as Intl.StringNumericLiteral
const trueMinus = (text: string): string => text.replace('-', '\u2212')

/** "28 Feb 2026". A day has no zone and is never shifted. */
export function formatDate(day: IsoDate, locale: string, style: DateStyle = 'medium'): string {
  return writtenOnce(dayTexts(locale, style), day, () =>
    dateFormat(locale, 'UTC', { dateStyle: style }).format(Date.parse(`${day}T00:00:00Z`)),
  )
}

/** "28 Feb 2026, 11:00" as a clock in the zone shows it. */
export function formatInstant(at: Instant, zone: string, locale: string): string {
  return writtenOnce(instantTexts(locale, zone), at.slice(0, 16), () =>
    dateFormat(locale, zone, { dateStyle: 'medium', timeStyle: 'short' }).format(toMs(at)),
  )
}

export function formatNumber(value: number | bigint, locale: string): string {
  return writtenOnce(numberTexts(locale), String(value), () => trueMinus(numberFormat(locale).format(value)))
}

/** "1.2K" for the scale of a chart. */
export function formatCompact(value: number, locale: string): string {
  return writtenOnce(compactTexts(locale), value, () => compactFormat(locale).format(value))
}

/** "Germany" from "DE"; a code that nobody knows stays as it is. */
export function regionName(code: string, locale: string): string {
  return writtenOnce(regionTexts(locale), code, () => regionNames(locale).of(code) ?? code)
}

/** "19%" from parts per million. */
export function formatRate(ppm: number, locale: string): string {
  return writtenOnce(rateTexts(locale), ppm, () => rateFormat(locale).format(ppm / 1_000_000))
}

/** "today", "in 3 days", "2 months ago": months from 60 days on, years from 730. */
export function formatRelativeDay(day: IsoDate, today: IsoDate, locale: string): string {
  const days = daysBetween(today, day)
  return writtenOnce(relativeTexts(locale), days, () => relativeDay(days, locale))
}

function relativeDay(days: number, locale: string): string {
  const format = relativeFormat(locale)
  if (Math.abs(days) < 60) return format.format(days, 'day')
  if (Math.abs(days) < 730) return format.format(Math.trunc(days / 30.44), 'month')
  return format.format(Math.trunc(days / 365.25), 'year')
}

/** Direction in which the language is written. */
export function directionOf(locale: string): 'ltr' | 'rtl' {
  return RIGHT_TO_LEFT.has(locale.split('-')[0]!) ? 'rtl' : 'ltr'
}

export type DateStyle = 'short' | 'medium' | 'long' | 'full'

const RIGHT_TO_LEFT = new Set(['ar', 'dv', 'fa', 'he', 'ku', 'ps', 'sd', 'ug', 'ur', 'yi'])

/** English as the world outside one country reads it: day before month, 24 hours. */
const intlLocale = (locale: string): string => (locale === 'en' ? 'en-GB' : locale)

const moneyFormat = remember((locale: string, currency: string) => {
  const digits = minorDigits(currency)
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
})

/** How an amount is written around its digits, learnt from Intl; null where digits or groups are not the common ones. */
interface MoneyShape {
  positive: readonly [before: string, after: string]
  negative: readonly [before: string, after: string]
  group: string
  point: string
  /** Digits from which on groups are set apart: "1234" stands whole in Spanish. */
  groupedFrom: number
}

const moneyShape = remember((locale: string, currency: string): MoneyShape | null => {
  const format = moneyFormat(locale, currency)
  const parts = (value: number) => format.formatToParts(value)
  const positive = around(parts(1_234_567))
  const negative = around(parts(-1_234_567))
  if (positive?.digits !== '1|234|567' || negative?.digits !== '1|234|567') return null
  const only = (type: string) => parts(1_234_567.5).find((part) => part.type === type)?.value ?? ''
  const groupedFrom = parts(1_234).some(({ type }) => type === 'group') ? 4 : 5
  return {
    positive: positive.sides,
    negative: negative.sides,
    group: only('group'),
    point: only('decimal'),
    groupedFrom,
  }
})

/** What stands before and after the digits, and the digits before the point in their groups. */
function around(parts: readonly Intl.NumberFormatPart[]) {
  const isDigit = ({ type }: Intl.NumberFormatPart) => /^(integer|group|decimal|fraction)$/.test(type)
  const first = parts.findIndex(isDigit)
  const last = parts.findLastIndex(isDigit)
  if (!parts.slice(first, last + 1).every(isDigit)) return null
  const side = (some: readonly Intl.NumberFormatPart[]) => trueMinus(some.map(({ value }) => value).join(''))
  const digits = parts.filter(({ type }) => type === 'integer').map(({ value }) => value)
  return {
    sides: [side(parts.slice(0, first)), side(parts.slice(last + 1))] as const,
    digits: digits.join('|'),
  }
}

function digitsOf({ minor, currency }: Money): { sign: number; whole: string; rest: string } {
  const places = minorDigits(currency)
  const sign = minor < 0n ? -1 : 1
  const digits = String(minor < 0n ? -minor : minor).padStart(places + 1, '0')
  const at = digits.length - places
  return { sign, whole: digits.slice(0, at), rest: digits.slice(at) }
}

function grouped(whole: string, { group, groupedFrom }: MoneyShape): string {
  if (whole.length < groupedFrom) return whole
  let end = whole.length % 3 || 3
  let text = whole.slice(0, end)
  for (; end < whole.length; end += 3) text += group + whole.slice(end, end + 3)
  return text
}

/** Pages show the same few days and counts again and again, and writing one takes longer than finding it. */
function writtenOnce<K>(written: Map<K, string>, key: K, write: () => string): string {
  let text = written.get(key)
  if (text === undefined) {
    text = write()
    if (written.size >= WRITTEN_MAX) written.clear()
    written.set(key, text)
  }
  return text
}

const WRITTEN_MAX = 5_000

const dateFormat = remember(
  (locale: string, zone: string, style: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(intlLocale(locale), { ...style, timeZone: zone }),
)

const numberFormat = remember((locale: string) => new Intl.NumberFormat(locale))

const dayTexts = remember((_locale: string, _style: DateStyle) => new Map<IsoDate, string>())
const instantTexts = remember((_locale: string, _zone: string) => new Map<string, string>())
const numberTexts = remember((_locale: string) => new Map<string, string>())
const relativeTexts = remember((_locale: string) => new Map<number, string>())
const compactTexts = remember((_locale: string) => new Map<number, string>())
const rateTexts = remember((_locale: string) => new Map<number, string>())
const regionTexts = remember((_locale: string) => new Map<string, string>())

const compactFormat = remember((locale: string) => new Intl.NumberFormat(locale, { notation: 'compact' }))

const regionNames = remember((locale: string) => new Intl.DisplayNames(locale, { type: 'region' }))

const rateFormat = remember(
  (locale: string) => new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 4 }),
)

const relativeFormat = remember((locale: string) => new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }))

/** Intl objects cost some 50 µs each to make, so each is made once. */
function remember<A extends readonly unknown[], R>(make: (...key: A) => R): (...key: A) => R {
  const made = new Map<string, R>()
  let last: { key: A; value: R } | undefined
  return (...key) => {
    if (last && key.every((part, i) => part === last!.key[i])) return last.value
    let id = ''
    for (const part of key) id += typeof part === 'string' ? `${part}|` : JSON.stringify(part)
    let value = made.get(id)
    if (value === undefined) {
      value = make(...key)
      made.set(id, value)
    }
    last = { key, value }
    return value
  }
}
