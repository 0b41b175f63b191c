/** A calendar day, "2026-02-28". Comparable as text. Days have no zone; see dayIn for the border to instants. */
export type IsoDate = string & { readonly IsoDate: unique symbol }
/** A moment in UTC, "2026-02-28T10:00:00.000Z". Comparable as text. */
export type Instant = string & { readonly Instant: unique symbol }

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

export function isoDate(text: string): IsoDate {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)
  if (!match || !exists(Number(match[1]), Number(match[2]), Number(match[3]))) {
    throw new RangeError(`"${text}" is not a day such as 2026-02-28.`)
  }
  return text as IsoDate
}

export function instant(at: number | Date): Instant {
  if (at === last.at) return last.text
  if (typeof at !== 'number') return at.toISOString() as Instant
  const text = written(at)
  last = { at, text }
  return text
}

/** Writing a date and a time costs ten times what replacing the seconds does, and most instants are of a few minutes. */
function written(at: number): Instant {
  const minute = Math.floor(at / MINUTE_MS)
  const ms = at - minute * MINUTE_MS
  const text = minutes.get(minute)
  if (text === undefined || !Number.isInteger(ms)) {
    const whole = new Date(at).toISOString() as Instant
    if (minutes.size >= MINUTES_MAX) minutes.clear()
    minutes.set(minute, whole.slice(0, -'00.000Z'.length))
    return whole
  }
  return `${text}${SECONDS[Math.floor(ms / 1000)]}.${MILLISECONDS[ms % 1000]}Z` as Instant
}

const padded = (count: number, digits: number): string[] =>
  Array.from({ length: count }, (_, number) => String(number).padStart(digits, '0'))
const SECONDS = padded(60, 2)
const MILLISECONDS = padded(1000, 3)
/** Texts of minutes: a test clock and the real one run side by side. */
const minutes = new Map<number, string>()
const MINUTES_MAX = 16

/** A request asks for the time again and again within one millisecond. */
let last: { at: number | null; text: Instant } = { at: null, text: '' as Instant }

export const toMs = (at: Instant): number => Date.parse(at)

/** The calendar day that a clock on the wall of this IANA zone shows at the instant. */
export function dayIn(zone: string, at: Instant): IsoDate {
  const minute = at.slice(0, 16)
  const last = lastDays.get(zone)
  if (last?.minute === minute) return last.day
  const day = dayFormat(zone).format(Date.parse(at)) as IsoDate
  lastDays.set(zone, { minute, day })
  return day
}

/** No zone begins its day within a minute, so the last answer holds for the rest of it. */
const lastDays = new Map<string, { minute: string; day: IsoDate }>()

/**
 * The first moment of a calendar day in a zone. Where clocks jump over midnight the day begins later than 00:00, and a
 * day that a zone left out begins where the next one does.
 */
export function startOfDay(zone: string, day: IsoDate): Instant {
  // No zone is a whole day from Greenwich, so the border lies within this window.
  const midnight = epochDay(day) * DAY_MS
  let before = midnight - DAY_MS
  let from = midnight + DAY_MS
  while (from - before > MINUTE_MS) {
    const middle = before + Math.floor((from - before) / (2 * MINUTE_MS)) * MINUTE_MS
    if (dayIn(zone, instant(middle)) >= day) from = middle
    else before = middle
  }
  return instant(from)
}

export function addDays(day: IsoDate, days: number): IsoDate {
  return fromEpochDay(epochDay(day) + days)
}

export function daysBetween(from: IsoDate, to: IsoDate): number {
  return epochDay(to) - epochDay(from)
}

/** Adds months and clips to the last day of the month: always call it on the anchor, never on an earlier result. */
export function addMonths(anchor: IsoDate, months: number): IsoDate {
  const [year, month, day] = parts(anchor)
  const index = year * 12 + (month - 1) + months
  const y = Math.floor(index / 12)
  const m = (index % 12) + 1
  return compose(y, m, Math.min(day, daysInMonth(y, m)))
}

export const yearOf = (day: IsoDate): number => parts(day)[0]

/** 1 for January. */
export const monthNumberOf = (day: IsoDate): number => parts(day)[1]

export function maxDay(a: IsoDate, b: IsoDate): IsoDate {
  return a > b ? a : b
}

export function minDay(a: IsoDate, b: IsoDate): IsoDate {
  return a < b ? a : b
}

function epochDay(day: IsoDate): number {
  let n = numbersByDay.get(day)
  if (n === undefined) {
    n = Date.parse(`${day}T00:00:00Z`) / DAY_MS
    keep(numbersByDay, day, n)
  }
  return n
}

function fromEpochDay(n: number): IsoDate {
  let day = daysByNumber.get(n)
  if (day === undefined) {
    day = new Date(n * DAY_MS).toISOString().slice(0, 10) as IsoDate
    keep(daysByNumber, n, day)
  }
  return day
}

/** Charts and periods walk over the same days again and again, and reading a day costs ten times what finding it does. */
const numbersByDay = new Map<IsoDate, number>()
const daysByNumber = new Map<number, IsoDate>()
const DAYS_MAX = 5_000

function keep<K, V>(known: Map<K, V>, key: K, value: V): void {
  if (known.size >= DAYS_MAX) known.clear()
  known.set(key, value)
}

function parts(day: IsoDate): [number, number, number] {
  return [Number(day.slice(0, 4)), Number(day.slice(5, 7)), Number(day.slice(8, 10))]
}

function compose(year: number, month: number, day: number): IsoDate {
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}` as IsoDate
}

function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate()
}

function exists(year: number, month: number, day: number): boolean {
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month)
}

const formats = new Map<string, Intl.DateTimeFormat>()

function dayFormat(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone)
  if (!format) {
    // The Swedish locale writes days as ISO 8601 does.
    format = new Intl.DateTimeFormat('sv-SE', {
      timeZone: zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    })
    formats.set(zone, format)
  }
  return format
}
