import type { OutsideFigures } from '../../../plugins/index.ts'
import { formatInstant } from '../../../i18n/index.ts'
import type { Block, Cell } from '../blocks.ts'
import type { Desk } from '../desk.ts'
import { milliseconds } from './plugin-figures.ts'

/** How the outside hosts fare that plugins ask, the troubled ones first. `names`: of instances, where there are several. */
export function outsideTable(
  desk: Desk,
  outside: readonly OutsideFigures[],
  names: ReadonlyMap<string, string> = new Map(),
): Block {
  const { t } = desk
  const weight = (one: OutsideFigures) => (one.troubledSince === null ? 0 : 1) + one.failedShare
  const sorted = [...outside].sort((a, b) => weight(b) - weight(a) || (a.host < b.host ? -1 : 1))
  const several = names.size > 0
  return {
    kind: 'table',
    id: 'plugin-outside',
    title: t('admin.plugins.outside.title'),
    columns: [
      { label: t('admin.plugins.outside.host'), phone: 'title' },
      ...(several ? [{ label: t('admin.label.name') }] : []),
      { label: t('admin.plugins.outside.requests'), align: 'end' },
      { label: t('admin.plugins.outside.failed'), align: 'end' },
      { label: t('admin.plugins.outside.latency'), align: 'end' },
      { label: t('admin.plugins.outside.last') },
      { label: t('admin.label.state'), phone: 'side' },
    ],
    rows: sorted.map((one, place) => ({
      id: `outside-${place}`,
      label: one.host,
      cells: [
        one.host,
        ...(several ? [names.get(one.instance) ?? one.instance] : []),
        one.requests,
        percent(desk, one.failedShare),
        t('admin.plugins.outside.times', {
          median: milliseconds(desk, one.medianMs),
          p95: milliseconds(desk, one.p95Ms),
        }),
        lastTrouble(desk, one),
        stateOf(desk, one),
      ],
    })),
    empty: { icon: 'world', title: t('admin.plugins.outside.none') },
  }
}

const percent = ({ locale }: Desk, share: number): string =>
  new Intl.NumberFormat(locale, { style: 'percent' }).format(share)

function lastTrouble(desk: Desk, { last }: OutsideFigures): Cell {
  if (last === null) return null
  const words = desk.t(`admin.plugins.outside.trouble.${last.trouble}`, { status: last.status ?? 0 })
  return { cells: [words, { at: last.at }] }
}

/** "slow since 14:00": since when no request went well. */
function stateOf(desk: Desk, { troubledSince, last }: OutsideFigures): Cell {
  if (troubledSince === null || last === null)
    return { state: 'well', label: desk.t('admin.plugins.outside.well'), tone: 'good' }
  const at = formatInstant(troubledSince, desk.zone, desk.locale)
  const slow = last.trouble === 'slow'
  const label = desk.t(`admin.plugins.outside.${slow ? 'slow_since' : 'fails_since'}`, { at })
  return { state: 'troubled', label, tone: slow ? 'warn' : 'bad' }
}

/** Of several processes: one line an instance and host, in trouble since any of them is. */
export function outsideTogether(all: readonly OutsideFigures[]): OutsideFigures[] {
  const together = new Map<string, OutsideFigures>()
  for (const one of all) {
    const key = `${one.instance} ${one.host}`
    const known = together.get(key)
    together.set(key, known ? summed(known, one) : one)
  }
  return [...together.values()]
}

function summed(a: OutsideFigures, b: OutsideFigures): OutsideFigures {
  const sinces = [a.troubledSince, b.troubledSince].filter((at) => at !== null)
  const lasts = [a.last, b.last].filter((last) => last !== null)
  return {
    ...{ instance: a.instance, host: a.host, requests: a.requests + b.requests },
    failures: a.failures + b.failures,
    failedShare: (a.failedShare * a.requests + b.failedShare * b.requests) / (a.requests + b.requests),
    ...{ medianMs: Math.max(a.medianMs, b.medianMs), p95Ms: Math.max(a.p95Ms, b.p95Ms) },
    troubledSince: sinces.sort()[0] ?? null,
    last: lasts.sort((x, y) => (x.at < y.at ? 1 : -1))[0] ?? null,
  }
}
