import type { IsoDate } from '../kernel/index.ts'

/** Standard rates by ISO country: from which day on, in parts per million. A first rate holds from the year 2000 on. */
const STANDARD: Readonly<Record<string, readonly (readonly [from: string, ppm: number])[]>> = {
  AT: [['2000-01-01', 200_000]],
  BE: [['2000-01-01', 210_000]],
  BG: [['2000-01-01', 200_000]],
  HR: [['2000-01-01', 250_000]],
  CY: [['2000-01-01', 190_000]],
  CZ: [['2000-01-01', 210_000]],
  DK: [['2000-01-01', 250_000]],
  EE: [
    ['2000-01-01', 220_000],
    ['2025-07-01', 240_000],
  ],
  FI: [
    ['2000-01-01', 240_000],
    ['2024-09-01', 255_000],
  ],
  FR: [['2000-01-01', 200_000]],
  DE: [['2000-01-01', 190_000]],
  GR: [['2000-01-01', 240_000]],
  HU: [['2000-01-01', 270_000]],
  IE: [['2000-01-01', 230_000]],
  IT: [['2000-01-01', 220_000]],
  LV: [['2000-01-01', 210_000]],
  LT: [['2000-01-01', 210_000]],
  LU: [['2000-01-01', 170_000]],
  MT: [['2000-01-01', 180_000]],
  NL: [['2000-01-01', 210_000]],
  PL: [['2000-01-01', 230_000]],
  PT: [['2000-01-01', 230_000]],
  RO: [
    ['2000-01-01', 190_000],
    ['2025-08-01', 210_000],
  ],
  SK: [
    ['2000-01-01', 200_000],
    ['2025-01-01', 230_000],
  ],
  SI: [['2000-01-01', 220_000]],
  ES: [['2000-01-01', 210_000]],
  SE: [['2000-01-01', 250_000]],
  GB: [['2000-01-01', 200_000]],
}

export const euMembers: readonly string[] = Object.keys(STANDARD).filter((country) => country !== 'GB')

export interface DatedRate {
  ppm: number
  startsOn: IsoDate
  endsOn: IsoDate | null
}

/** The rates that hold from a day on, one after the other, without a gap. */
export function vatRatesFrom(country: string, from: IsoDate): DatedRate[] {
  const rates = STANDARD[country] ?? []
  return rates.flatMap(([start, ppm], i) => {
    const endsOn = (rates[i + 1]?.[0] ?? null) as IsoDate | null
    if (endsOn !== null && endsOn <= from) return []
    return [{ ppm, startsOn: (start > from ? start : from) as IsoDate, endsOn }]
  })
}

export const vatPpmOn = (country: string, day: IsoDate): number | null =>
  STANDARD[country]?.findLast(([from]) => from <= day)?.[1] ?? null
