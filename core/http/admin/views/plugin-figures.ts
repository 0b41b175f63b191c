import { failureNames, type CallFigures, type Instance } from '../../../plugins/index.ts'
import type { Block, Cell } from '../blocks.ts'
import { labeller, type Desk } from '../desk.ts'
import { named } from './plugin-log.ts'

/** Below ten milliseconds their tenths count. */
export const milliseconds = ({ locale }: Pick<Desk, 'locale'>, ms: number): string =>
  `${new Intl.NumberFormat(locale, { maximumFractionDigits: ms < 10 ? 1 : 0 }).format(ms)} ms`

export const callState = (desk: Desk, outcome: string): Cell =>
  outcome === 'ok'
    ? { state: 'ok', label: desk.t('admin.plugins.call_ok'), tone: 'good' }
    : { state: 'failed', label: outcomeWord(desk, outcome), tone: 'bad' }

/** The column is narrow and read by people: words for what can befall a call, the code of anything else. */
const outcomeWord = ({ t }: Desk, code: string): string =>
  OUTCOMES.has(code) ? t(`admin.plugins.outcome.${code.slice('plugin.'.length)}`) : code

const OUTCOMES: ReadonlySet<string> = new Set(Object.keys(failureNames))

/** Calls, failures, times and cost, since Berth started. */
export function figureStats(desk: Desk, figures: readonly CallFigures[], open: readonly string[]): Block {
  const { t } = desk
  const sum = (pick: (one: CallFigures) => number) => figures.reduce((total, one) => total + pick(one), 0)
  const most = (pick: (one: CallFigures) => number) => Math.max(0, ...figures.map(pick))
  const heap = figures.flatMap((one) => (one.heap === null ? [] : [one.heap]))
  const known = figures.length > 0
  return {
    kind: 'stats',
    id: 'plugin-figures',
    items: [
      {
        label: t('admin.plugins.figure.calls'),
        value: sum((one) => one.calls),
        note: t('admin.plugins.since_start'),
      },
      { label: t('admin.plugins.figure.failures'), value: sum((one) => one.failures) },
      {
        label: t('admin.plugins.figure.latency'),
        value: known
          ? milliseconds(
              desk,
              most((one) => one.medianMs),
            )
          : null,
        ...(known
          ? {
              note: t('admin.plugins.figure.p95', {
                time: milliseconds(
                  desk,
                  most((one) => one.p95Ms),
                ),
              }),
            }
          : {}),
      },
      {
        label: t('admin.plugins.figure.cpu'),
        value: known
          ? milliseconds(
              desk,
              sum((one) => one.cpuMs),
            )
          : null,
        note:
          heap.length > 0
            ? t('admin.plugins.figure.heap', { percent: Math.round(Math.max(...heap) * 100) })
            : t('admin.plugins.figure.heap_unknown'),
      },
      {
        label: t('admin.plugins.figure.breaker'),
        value:
          open.length > 0
            ? { state: 'open', label: t('admin.plugins.breaker_open', { count: open.length }), tone: 'bad' }
            : { state: 'closed', label: t('admin.plugins.breaker_closed'), tone: 'good' },
      },
    ],
  }
}

/** The last calls, newest first. */
export function lastCalls(
  desk: Desk,
  figures: readonly CallFigures[],
  names: ReadonlyMap<string, string> = new Map(),
): Block {
  const l = labeller(desk)
  const calls = figures
    .flatMap((one) => one.last.map((call) => ({ ...call, of: names.get(one.instance) })))
    .sort((a, b) => (a.at < b.at ? 1 : -1))
    .slice(0, 20)
  return {
    kind: 'table',
    id: 'plugin-calls',
    title: desk.t('admin.plugins.last_calls'),
    columns: [{ label: l('call'), phone: 'title' }, { label: l('result') }, { label: l('at') }],
    rows: calls.map((call, place) => ({
      id: `call-${place}`,
      label: call.operation,
      cells: [
        named(call.server === null ? call.operation : `${call.operation} · ${call.server}`, call.of),
        { cells: [callState(desk, call.outcome), took(desk, call)] },
        { at: call.at },
      ],
    })),
    empty: { icon: 'plug', title: desk.t('admin.plugins.no_calls') },
  }
}

const took = (desk: Desk, { tookMs, cpuMs }: { tookMs: number; cpuMs: number | null }): string =>
  cpuMs === null
    ? milliseconds(desk, tookMs)
    : desk.t('admin.plugins.took', { time: milliseconds(desk, tookMs), cpu: milliseconds(desk, cpuMs) })

/** What is paused, and that nobody need do anything about it. */
export const pausedNotice = ({ t }: Desk, open: readonly string[]): Block[] =>
  open.length === 0
    ? []
    : [
        {
          ...{ kind: 'notice', id: 'paused', tone: 'bad' },
          text: t('admin.plugins.trouble.tripped', {
            what: open.map((circuit) => circuit.replace(/^\S+ /, '')).join(', '),
          }),
        },
      ]

type Switched = Pick<Instance, 'id' | 'status' | 'plugin_status'>

/** Circuits begin with the id of their instance. What is off is not tried again, so nothing of it is paused. */
export function openOf(tripped: readonly string[], instances: readonly Switched[]): string[] {
  const called = instances.filter((one) => one.status === 'active' && one.plugin_status === 'enabled')
  return tripped.filter((circuit) => called.some(({ id }) => circuit.startsWith(`${id} `)))
}
