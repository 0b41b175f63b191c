import { periodStart, recurs, type IsoDate } from '../kernel/index.ts'
import type { ServiceRow } from './rows.ts'

/** Where charging goes on when the periods before `today` are left out: the period of today. Null when none is missed. */
export function nextIndexOn(
  { anchor_on: anchorOn, cycle, period_index: index, next_period_on: nextOn }: ServiceRow,
  today: IsoDate,
): { period_index: number; next_period_on: IsoDate; charged_through: IsoDate } | null {
  if (anchorOn === null || nextOn === null || !recurs(cycle)) return null
  let n = index
  while (periodStart(anchorOn, cycle, n + 1) <= today) n++
  if (n === index) return null
  const startsOn = periodStart(anchorOn, cycle, n)
  return { period_index: n, next_period_on: startsOn, charged_through: startsOn }
}
