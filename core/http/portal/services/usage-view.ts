import type { Translate } from '../../../i18n/index.ts'
import type { Instant } from '../../../kernel/index.ts'
import type { Usage, UsageDay } from '../../../services/index.ts'
import { metricView } from '../../page/index.ts'

export interface UsageView {
  id: string
  href: string
  /** Null: the provider never said. */
  readAt: Instant | null
  stale: boolean
  power: string | null
  /** `used` and `limit` in `unit`: bytes become the largest unit that keeps the limit at 1 or more. */
  metrics: { label: string; used: number; limit: number | null; unit: string }[]
}

export function usageView(t: Translate, serviceId: string, usage: Usage | null): UsageView {
  return {
    id: serviceId,
    href: `/portal/services/${serviceId}/usage`,
    readAt: usage?.readAt ?? null,
    stale: usage?.stale ?? false,
    power: usage?.report.power ?? null,
    metrics: usage?.report.available ? usage.report.metrics.map((metric) => metricView(t, metric)) : [],
  }
}

/** What was used by day: a column for each figure of the newest day. Null where nothing was read yet. */
export interface UsageTable {
  labels: string[]
  /** Null: not told on that day. */
  days: { day: UsageDay['day']; values: ({ used: number; unit: string } | null)[] }[]
}

const COLUMNS_MAX = 5

export function usageTable(t: Translate, days: readonly UsageDay[]): UsageTable | null {
  const shown = days[0]?.report.metrics.slice(0, COLUMNS_MAX) ?? []
  if (shown.length === 0) return null
  return {
    labels: shown.map(({ label }) => label),
    days: days.map(({ day, report }) => ({
      day,
      values: shown.map(({ key }) => {
        const metric = report.metrics.find((one) => one.key === key)
        return metric ? metricView(t, metric) : null
      }),
    })),
  }
}
