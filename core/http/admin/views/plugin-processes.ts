import type {
  CallFigures,
  EndedHost,
  Instance,
  OutsideFigures,
  PluginsHealth,
  ToldHealth,
} from '../../../plugins/index.ts'
import type { Block } from '../blocks.ts'
import type { Desk } from '../desk.ts'
import { openOf } from './plugin-figures.ts'
import { noticeOf } from './plugin-install.ts'
import { outsideTogether } from './plugin-outside.ts'

/** What this process sees of its own hosts, or another one said of its. */
export interface SeenProcess extends Partial<Omit<ToldHealth, 'health'>> {
  health: PluginsHealth
}

type HostSeen = PluginsHealth['hosts'][number] & { process: string }

/** The hosts of all processes that speak, as one. */
export interface SeenHealth extends Omit<PluginsHealth, 'hosts' | 'losses'> {
  hosts: readonly HostSeen[]
  losses: readonly (EndedHost & { process: string })[]
}

/** This process first. Empty: it has no hosts, and no other has said anything. */
export async function seenProcesses({ means }: Desk): Promise<SeenProcess[]> {
  const [own, told] = [await means.pluginHealth(), await means.toldHealths()]
  return [...(own === null ? [] : [{ health: own }]), ...told]
}

/** "work 4711 on node-2"; the one that draws the page is called so. */
const processName = ({ t }: Desk, { process }: SeenProcess): string =>
  process
    ? t('admin.plugins.process_name', { ...process, pid: String(process.pid) })
    : t('admin.plugins.this_process')

/** Of those that are silent nobody knows how they are now. */
export function seenTogether(desk: Desk, seen: readonly SeenProcess[]): SeenHealth {
  const speaking = seen.filter(({ silent }) => silent !== true)
  const healths = speaking.map(({ health }) => health)
  const named = <T>(pick: (health: PluginsHealth) => readonly T[]) =>
    speaking.flatMap((one) => pick(one.health).map((row) => ({ ...row, process: processName(desk, one) })))
  return {
    hosts: named(({ hosts }) => hosts),
    losses: named(({ losses }) => losses).sort((a, b) => (a.at < b.at ? 1 : -1)),
    suspects: once(healths.flatMap(({ suspects }) => suspects)),
    tripped: once(healths.flatMap(({ tripped }) => tripped)),
    wallOff: healths.some(({ wallOff }) => wallOff),
    wallMissing: once(healths.flatMap(({ wallMissing }) => wallMissing)),
    outbound: Object.assign({}, ...healths.map(({ outbound }) => outbound)) as PluginsHealth['outbound'],
    outside: outsideTogether(healths.flatMap(({ outside }) => outside)),
    figures: figuresTogether(healths.flatMap(({ figures }) => figures)),
  }
}

/** How instances fare, in all processes that speak. */
export interface Fares {
  figures: readonly CallFigures[]
  outside: readonly OutsideFigures[]
  /** Circuits that are open. */
  paused: readonly string[]
}

export async function faresOf(desk: Desk, instances: readonly Instance[]): Promise<Fares> {
  const { figures, outside, tripped } = seenTogether(desk, await seenProcesses(desk))
  const isTheirs = ({ instance }: { instance: string }) => instances.some(({ id }) => id === instance)
  return {
    figures: figures.filter(isTheirs),
    outside: outside.filter(isTheirs),
    paused: openOf(tripped, instances),
  }
}

const once = <T>(list: readonly T[]): T[] => [...new Set(list)]

function figuresTogether(figures: readonly CallFigures[]): CallFigures[] {
  const together = new Map<string, CallFigures>()
  for (const one of figures) {
    const known = together.get(one.instance)
    together.set(one.instance, known ? summed(known, one) : one)
  }
  return [...together.values()]
}

/** Times of two processes are not comparable one by one: the slower one is shown. */
const summed = (a: CallFigures, b: CallFigures): CallFigures => ({
  ...{ instance: a.instance, calls: a.calls + b.calls, failures: a.failures + b.failures },
  ...{ medianMs: Math.max(a.medianMs, b.medianMs), p95Ms: Math.max(a.p95Ms, b.p95Ms) },
  cpuMs: a.cpuMs + b.cpuMs,
  heap: a.heap === null && b.heap === null ? null : Math.max(a.heap ?? 0, b.heap ?? 0),
  last: [...a.last, ...b.last].sort((x, y) => (x.at < y.at ? 1 : -1)),
})

export const silentNotices = (desk: Desk, seen: readonly SeenProcess[]): Block[] =>
  seen.flatMap((one) =>
    one.silent === true
      ? [
          noticeOf(
            `silent-${one.process!.id}`,
            'bad',
            desk.t('admin.plugins.trouble.silent', { what: processName(desk, one) }),
          ),
        ]
      : [],
  )

/** Each process with its age and what it did; nothing where this one is alone. */
export function processTable(desk: Desk, seen: readonly SeenProcess[]): Block[] {
  const { t } = desk
  if (!seen.some(({ process }) => process)) return []
  const sum = ({ health }: SeenProcess, pick: (one: CallFigures) => number) =>
    health.figures.reduce((total, one) => total + pick(one), 0)
  return [
    {
      kind: 'table',
      id: 'health-processes',
      title: t('admin.plugins.processes'),
      columns: [
        { label: t('admin.plugins.process'), phone: 'title' },
        { label: t('admin.plugins.process_since') },
        { label: t('admin.plugins.hosts'), align: 'end' },
        { label: t('admin.plugins.figure.calls'), align: 'end' },
        { label: t('admin.plugins.figure.failures'), align: 'end' },
        { label: t('admin.plugins.process_told') },
        { label: t('admin.label.state'), phone: 'side' },
      ],
      rows: seen.map((one, place) => ({
        id: `process-${one.process?.id ?? place}`,
        label: processName(desk, one),
        cells: [
          processName(desk, one),
          { at: one.process?.started_at ?? null },
          one.health.hosts.length,
          sum(one, ({ calls }) => calls),
          sum(one, ({ failures }) => failures),
          { at: one.told_at ?? null },
          one.silent === true
            ? { state: 'silent', label: t('admin.plugins.process_silent'), tone: 'bad' }
            : { state: 'speaks', label: t('admin.plugins.process_speaks'), tone: 'good' },
        ],
      })),
      empty: { icon: 'cpu', title: t('admin.plugins.no_hosts') },
    },
  ]
}
