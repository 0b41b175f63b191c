import type { UsageReport } from '../../../../sdk/index.ts'
import type { Translate } from '../../../i18n/index.ts'
import type { Instant } from '../../../kernel/index.ts'
import type { Usage, UsageDay } from '../../../services/index.ts'

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

const SIZES = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
const UNITS = { percent: '%', count: '' } as const

function metricView(t: Translate, { label, value, limit, unit }: UsageReport['metrics'][number]) {
  if (unit === 'ms') return { label, limit: null, ...duration(t, value) }
  if (unit !== 'bytes') return { label, used: round(value), limit: limit ?? null, unit: UNITS[unit] }
  const whole = Math.max(limit ?? value, 1)
  const step = Math.min(Math.floor(Math.log2(whole) / 10), SIZES.length - 1)
  const size = 1024 ** step
  return {
    label,
    used: round(value / size),
    limit: limit === undefined ? null : round(limit / size),
    unit: SIZES[step]!,
  }
}

const SPANS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const

/** The largest unit of which there are two: "36 hours", "10 minutes". */
function duration(t: Translate, ms: number): { used: number; unit: string } {
  const [span, length] = SPANS.find(([, size]) => ms >= 2 * size) ?? SPANS[3]
  const used = Math.floor(ms / length)
  return { used, unit: t(`portal.usage.span.${span}`, { count: used }) }
}

const round = (value: number): number => Math.round(value * 10) / 10
