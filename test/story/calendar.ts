const DAY_MS = 86_400_000
/** The years of expected.csv are moved by so many, because leap days come back after that. */
const LEAP_YEARS = 4

/** "2028-01-31" → the same day of the first later year with the same calendar that is still ahead of `now`. */
export function yearsAhead(first: string, now: Date): number {
  let years = 0
  while (Date.parse(moved(first, years)) <= now.getTime()) years += LEAP_YEARS
  return years
}

/** The text with all its days moved by whole years. */
export function moved(text: string, years: number): string {
  return text.replace(
    /\b(\d{4})(-\d\d-\d\d)\b/g,
    (_day, year: string, rest: string) => `${Number(year) + years}${rest}`,
  )
}

/** Hours from `now` until the middle of the day, at 10:00 UTC: the same day in every zone of Europe. */
export function hoursUntil(day: string, now: Date): number {
  return Math.ceil((Date.parse(`${day}T10:00:00Z`) - now.getTime()) / (DAY_MS / 24))
}
