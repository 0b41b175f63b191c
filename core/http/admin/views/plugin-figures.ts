import type { CallFigures } from '../../../plugins/index.ts'
import type { Block, Cell } from '../blocks.ts'
import { labeller, type Desk } from '../desk.ts'

const rounded = (ms: number): string => `${ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms)} ms`

export const callState = (desk: Desk, outcome: string): Cell =>
  outcome === 'ok'
    ? { state: 'ok', label: desk.t('admin.plugins.call_ok'), tone: 'good' }
    : { state: 'failed', label: outcome, tone: 'bad' }

/** Calls, failures, times and cost, since this process started. */
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
        value: known ? rounded(most((one) => one.medianMs)) : null,
        note: t('admin.plugins.figure.p95', { time: rounded(most((one) => one.p95Ms)) }),
      },
      {
        label: t('admin.plugins.figure.cpu'),
        value: known ? rounded(sum((one) => one.cpuMs)) : null,
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
export function lastCalls(desk: Desk, figures: readonly CallFigures[]): Block {
  const l = labeller(desk)
  const calls = figures
    .flatMap((one) => one.last)
    .sort((a, b) => (a.at < b.at ? 1 : -1))
    .slice(0, 20)
  return {
    kind: 'table',
    id: 'plugin-calls',
    title: desk.t('admin.plugins.last_calls'),
    columns: [
      { label: l('call'), phone: 'title' },
      { label: l('result'), phone: 'side' },
      { label: l('duration'), align: 'end' },
      { label: desk.t('admin.plugins.figure.cpu'), align: 'end', phone: 'hide' },
      { label: l('at') },
    ],
    rows: calls.map((call, place) => ({
      id: `call-${place}`,
      label: call.operation,
      cells: [
        call.server === null ? call.operation : `${call.operation} · ${call.server}`,
        callState(desk, call.outcome),
        rounded(call.tookMs),
        call.cpuMs === null ? null : rounded(call.cpuMs),
        { at: call.at },
      ],
    })),
    empty: { icon: 'plug', title: desk.t('admin.plugins.no_calls') },
  }
}

/** Circuits begin with the id of their instance. */
export const openOf = (tripped: readonly string[], instances: readonly string[]): string[] =>
  tripped.filter((circuit) => instances.includes(circuit.split(' ')[0]!))
