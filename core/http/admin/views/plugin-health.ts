import { listInstances, type Instance, type PluginsHealth } from '../../../plugins/index.ts'
import type { Block, Cell, PageView } from '../blocks.ts'
import { labeller, type Asked, type Desk } from '../desk.ts'
import { callState } from './plugin-figures.ts'
import { pluginCrumbs } from './plugin-install.ts'

/** Hosts, walls and all instances on one page. */
export async function pluginHealthPage(desk: Desk, _asked: Asked): Promise<PageView> {
  const { t, means } = desk
  const health = await means.pluginHealth()
  const instances = await listInstances(means.db)
  const well = health === null || (health.wallMissing.length === 0 && troubles(health) === 0)
  return {
    head: {
      title: t('admin.plugins.health'),
      text: t('admin.plugins.health_text'),
      crumbs: pluginCrumbs(desk, t('admin.plugins.health')),
      status: health === null ? [] : [{ state: well ? 'healthy' : 'degraded' }],
      actions: [{ label: t('admin.health.again'), href: '/admin/plugins/health', icon: 'refresh' }],
    },
    main:
      health === null
        ? [{ kind: 'notice', id: 'no-hosts', tone: 'neutral', text: t('admin.plugins.no_hosts_here') }]
        : [
            ...troubleNotices(desk, health, instances),
            instanceTable(desk, health, instances),
            hostTable(desk, health),
            wallFacts(desk, health),
          ],
  }
}

const troubles = ({ tripped, suspects, disabled }: PluginsHealth): number =>
  tripped.length + suspects.length + disabled.length

function troubleNotices(desk: Desk, health: PluginsHealth, instances: readonly Instance[]): Block[] {
  const { t } = desk
  const nameOf = (id: string) => instances.find((one) => one.id === id)?.name ?? id
  const told = (id: string, word: string, what: readonly string[]): Block[] =>
    what.length === 0
      ? []
      : [
          {
            ...{ kind: 'notice', id, tone: 'bad' },
            text: t(`admin.plugins.trouble.${word}`, { what: what.join(', ') }),
          },
        ]
  return [
    ...told('health-disabled', 'disabled', health.disabled),
    ...told('health-suspects', 'suspects', health.suspects.map(nameOf)),
    ...told(
      'health-tripped',
      'tripped',
      health.tripped.map((circuit) => circuit.replace(/^\S+/, nameOf)),
    ),
    ...told('health-wall', 'wall', health.wallMissing),
  ]
}

function instanceTable(desk: Desk, health: PluginsHealth, instances: readonly Instance[]): Block {
  const { t } = desk
  const l = labeller(desk)
  return {
    kind: 'table',
    id: 'health-instances',
    title: t('admin.plugins.instances'),
    columns: [
      { label: l('name'), phone: 'title' },
      { label: l('plugin') },
      { label: t('admin.plugins.figure.calls'), align: 'end' },
      { label: t('admin.plugins.figure.failures'), align: 'end' },
      { label: t('admin.plugins.figure.latency'), align: 'end' },
      { label: t('admin.plugins.figure.cpu'), align: 'end' },
      { label: t('admin.plugins.last_call'), phone: 'side' },
    ],
    rows: instances.map((one) => ({
      id: `health-${one.id}`,
      href: `/admin/plugins/instances/${one.id}`,
      label: one.name,
      cells: [one.name, one.manifest.name, ...figureCells(desk, health, one.id)],
    })),
    empty: { icon: 'puzzle', title: t('admin.plugins.no_instances') },
  }
}

function figureCells(desk: Desk, { figures }: PluginsHealth, id: string): Cell[] {
  const found = figures.find(({ instance }) => instance === id)
  if (!found) return [0, 0, null, null, null]
  const [last] = found.last
  return [
    found.calls,
    found.failures,
    `${Math.round(found.medianMs)} ms`,
    `${Math.round(found.cpuMs)} ms`,
    last ? callState(desk, last.outcome) : null,
  ]
}

function hostTable({ t }: Desk, { hosts }: PluginsHealth): Block {
  return {
    kind: 'table',
    id: 'health-hosts',
    title: t('admin.plugins.hosts'),
    columns: [
      { label: t('admin.plugins.ward'), phone: 'title' },
      { label: t('admin.plugins.process'), align: 'end' },
      { label: t('admin.plugins.memory'), align: 'end' },
      { label: t('admin.plugins.figure.cpu'), align: 'end' },
    ],
    rows: hosts.map(({ ward, pid, cost }) => ({
      id: `host-${pid ?? ward}`,
      label: ward,
      cells: [ward, pid ?? null, cost ? `${cost.memoryMb} MB` : null, cost ? `${cost.cpuMs} ms` : null],
    })),
    empty: { icon: 'cpu', title: t('admin.plugins.no_hosts') },
  }
}

/** Where requests go instead, and what the system does not give. */
function wallFacts({ t }: Desk, { wallMissing, outbound }: PluginsHealth): Block {
  const diverted = Object.entries(outbound)
  return {
    kind: 'facts',
    id: 'health-wall-facts',
    title: t('admin.plugins.wall'),
    items: [
      {
        label: t('admin.plugins.wall_missing'),
        value: wallMissing.join(', ') || t('admin.plugins.wall_whole'),
      },
      ...(diverted.length === 0
        ? [{ label: t('admin.plugins.outbound'), value: t('admin.plugins.outbound_none') }]
        : diverted.map(([host, origin]) => ({ label: host, value: { mono: origin } as const }))),
    ],
  }
}
