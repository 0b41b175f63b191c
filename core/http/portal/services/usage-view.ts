import type { UsageReport } from '../../../../sdk/index.ts'
import type { Instant } from '../../../kernel/index.ts'
import type { Usage } from '../../../services/index.ts'

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

export function usageView(serviceId: string, usage: Usage | null): UsageView {
  return {
    id: serviceId,
    href: `/portal/services/${serviceId}/usage`,
    readAt: usage?.readAt ?? null,
    stale: usage?.stale ?? false,
    power: usage?.report.power ?? null,
    metrics: usage?.report.available ? usage.report.metrics.map(metricView) : [],
  }
}

const SIZES = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
const UNITS = { percent: '%', count: '', ms: 'ms' } as const

function metricView({ label, value, limit, unit }: UsageReport['metrics'][number]) {
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

const round = (value: number): number => Math.round(value * 10) / 10
