import { periodStart, recurs, type IsoDate } from '../kernel/index.ts'
import type { ServiceRow } from './rows.ts'

/**
 * What was sold for a number of periods, or as a trial alone, has had them all. The next daily step charges what was not
 * charged of them and ends it; until then nothing is sold beyond that day, and nothing of the term is given up.
 */
export function isTermOver(
  service: Pick<ServiceRow, 'anchor_on' | 'cycle' | 'period_index' | 'periods_left'>,
  day: IsoDate,
): boolean {
  const { anchor_on: anchor, cycle, period_index: charged, periods_left: left } = service
  if (left === null || anchor === null || !recurs(cycle)) return false
  return periodStart(anchor, cycle, charged + left) <= day
}
