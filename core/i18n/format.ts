import { daysBetween, toMs, type Instant, type IsoDate } from '../kernel/index.ts'
import { minorDigits, toDecimal, type Money } from '../../sdk/index.ts'

/** "€1,234.50", exact for any size; a negative amount carries a true minus sign. */
export function formatMoney(amount: Money, locale: string): string {
  // Intl reads decimal text digit by digit; a number would pass through floating point.
  const text = moneyFormat(locale, amount.currency).format(toDecimal(amount) as Intl.StringNumericLiteral)
  return text.replace('-', '\u2212')
}

/** "28 Feb 2026". A day has no zone and is never shifted. */
export function formatDate(day: IsoDate, locale: string, style: DateStyle = 'medium'): string {
  const key = `${day} ${locale} ${style}`
  let text = writtenDays.get(key)
  if (text === undefined) {
    text = dateFormat(locale, 'UTC', { dateStyle: style }).format(Date.parse(`${day}T00:00:00Z`))
    if (writtenDays.size >= WRITTEN_MAX) writtenDays.clear()
    writtenDays.set(key, text)
  }
  return text
}

/** Lists show the same few days again and again, and writing one takes longer than finding it. */
const writtenDays = new Map<string, string>()
const WRITTEN_MAX = 5_000

/** "28 Feb 2026, 11:00" as a clock in the zone shows it. */
export function formatInstant(at: Instant, zone: string, locale: string): string {
  return dateFormat(locale, zone, { dateStyle: 'medium', timeStyle: 'short' }).format(toMs(at))
}

export function formatNumber(value: number | bigint, locale: string): string {
  return numberFormat(locale).format(value).replace('-', '\u2212')
}

/** "1.2K" for the scale of a chart. */
export function formatCompact(value: number, locale: string): string {
  return compactFormat(locale).format(value)
}

/** "Germany" from "DE"; a code that nobody knows stays as it is. */
export function regionName(code: string, locale: string): string {
  return regionNames(locale).of(code) ?? code
}

/** "19%" from parts per million. */
export function formatRate(ppm: number, locale: string): string {
  return rateFormat(locale).format(ppm / 1_000_000)
}

/** "today", "in 3 days", "2 months ago": months from 60 days on, years from 730. */
export function formatRelativeDay(day: IsoDate, today: IsoDate, locale: string): string {
  const days = daysBetween(today, day)
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

const dateFormat = remember(
  (locale: string, zone: string, style: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(intlLocale(locale), { ...style, timeZone: zone }),
)

const numberFormat = remember((locale: string) => new Intl.NumberFormat(locale))

const compactFormat = remember((locale: string) => new Intl.NumberFormat(locale, { notation: 'compact' }))

const regionNames = remember((locale: string) => new Intl.DisplayNames(locale, { type: 'region' }))

const rateFormat = remember(
  (locale: string) => new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 4 }),
)

const relativeFormat = remember((locale: string) => new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }))

/** Intl objects cost some 50 µs each to make, so each is made once. */
function remember<A extends readonly unknown[], R>(make: (...key: A) => R): (...key: A) => R {
  const made = new Map<string, R>()
  return (...key) => {
    const id = key.map((part) => (typeof part === 'string' ? part : JSON.stringify(part))).join('|')
    let value = made.get(id)
    if (value === undefined) {
      value = make(...key)
      made.set(id, value)
    }
    return value
  }
}
