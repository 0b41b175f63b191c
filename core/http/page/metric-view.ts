import type { UsageReport } from '../../../sdk/index.ts'
import type { Translate } from '../../i18n/index.ts'

const SIZES = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
const UNITS = { percent: '%', count: '' } as const

/** A figure of a plugin for people: `used` and `limit` in `unit`, bytes in the largest one that keeps the limit at 1 or more. */
export function metricView(
  t: Translate,
  { label, value, limit, unit }: Omit<UsageReport['metrics'][number], 'key'>,
) {
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
