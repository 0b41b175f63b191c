import type { Translate } from '../../i18n/index.ts'
import { cycleParts, type Cycle } from '../../kernel/index.ts'

/** "per month", "every 3 months", "once". */
export function cycleText(t: Translate, cycle: Cycle): string {
  const parts = cycleParts(cycle)
  return parts ? t(`portal.cycle.${parts.unit}`, { count: parts.count }) : t(`portal.cycle.${cycle}`)
}
