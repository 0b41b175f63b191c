import { listInstances, stoppedPlugins, type Instance, type PluginsHealth } from '../../../plugins/index.ts'
import type { Block, Cell, PageView } from '../blocks.ts'
import { labeller, type Asked, type Desk } from '../desk.ts'
import { callState, milliseconds, openOf } from './plugin-figures.ts'
import { waitingNotices } from './plugin-grant.ts'
import { pluginCrumbs } from './plugin-install.ts'

/** Hosts, walls and all instances on one page. */
export async function pluginHealthPage(desk: Desk, _asked: Asked): Promise<PageView> {
  const { t, means } = desk
  const instances = await listInstances(means.db)
  const health = withoutSwitchedOff(await means.pluginHealth(), instances)
  const stopped = await stoppedPlugins(means.db)
  const waiting = await waitingNotices(desk)
  const well = stopped.length + waiting.length === 0 && (health === null || isWell(health))
  return {
    head: {
      title: t('admin.plugins.health'),
      text: t('admin.plugins.health_text'),
      crumbs: pluginCrumbs(desk, t('admin.plugins.health')),
      status: health === null ? [] : [{ state: well ? 'healthy' : 'degraded' }],
      actions: [{ label: t('admin.health.again'), href: '/admin/plugins/health', icon: 'refresh' }],
    },
    main: [
      ...notices(desk, 'disabled', stopped),
      ...waiting,
      ...(health === null ? noHosts(desk) : hostBlocks(desk, health, instances)),
    ],
  }
}

const withoutSwitchedOff = (health: PluginsHealth | null, instances: readonly Instance[]) =>
  health && { ...health, tripped: openOf(health.tripped, instances) }

const noHosts = ({ t }: Desk): Block[] => [
  { kind: 'notice', id: 'no-hosts', tone: 'neutral', text: t('admin.plugins.no_hosts_here') },
]

const hostBlocks = (desk: Desk, health: PluginsHealth, instances: readonly Instance[]): Block[] => [
  ...troubleNotices(desk, health, instances),
  instanceTable(desk, health, instances),
  hostTable(desk, health, nameOfIn(instances)),
  lossTable(desk, health, nameOfIn(instances)),
  wallFacts(desk, health),
  outboundFacts(desk, health),
]

/** Filters and limits come from systemd or a container; a shop that is tried out by hand is well without. */
const isWell = ({ tripped, suspects, wallOff, wallMissing }: PluginsHealth): boolean =>
  tripped.length + suspects.length === 0 && !wallOff && !wallMissing.includes('network')

function troubleNotices(desk: Desk, health: PluginsHealth, instances: readonly Instance[]): Block[] {
  const nameOf = nameOfIn(instances)
  return [
    ...notices(desk, 'suspects', health.suspects.map(nameOf)),
    ...notices(
      desk,
      'tripped',
      health.tripped.map((circuit) => circuit.replace(/^\S+/, nameOf)),
    ),
    ...notices(desk, 'wall', missingNames(desk, health)),
    ...notices(desk, 'wall_off', health.wallOff ? ['BERTH_PLUGIN_WALL'] : []),
  ]
}

const nameOfIn = (instances: readonly Instance[]) => (id: string) =>
  instances.find((one) => one.id === id)?.name ?? id

type Trouble = 'disabled' | 'suspects' | 'tripped' | 'wall' | 'wall_off'

const notices = ({ t }: Desk, word: Trouble, what: readonly string[]): Block[] =>
  what.length === 0
    ? []
    : [
        {
          ...{ kind: 'notice', id: `health-${word}`, tone: word.startsWith('wall') ? 'warn' : 'bad' },
          text: t(`admin.plugins.trouble.${word}`, { what: what.join(', ') }),
        },
      ]

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
    milliseconds(desk, found.medianMs),
    milliseconds(desk, found.cpuMs),
    last ? callState(desk, last.outcome) : null,
  ]
}

function hostTable(desk: Desk, { hosts }: PluginsHealth, nameOf: (id: string) => string): Block {
  const { t } = desk
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
      label: wardName(desk, ward, nameOf),
      cells: [
        wardName(desk, ward, nameOf),
        pid ?? null,
        cost ? `${cost.memoryMb} MB` : null,
        cost ? milliseconds(desk, cost.cpuMs) : null,
      ],
    })),
    empty: { icon: 'cpu', title: t('admin.plugins.no_hosts') },
  }
}

/** Ours speaks only when asked and no more than it may, so each reason is one to look into. */
function lossTable(desk: Desk, { losses }: PluginsHealth, nameOf: (id: string) => string): Block {
  const { t } = desk
  return {
    kind: 'table',
    id: 'health-losses',
    title: t('admin.plugins.losses'),
    columns: [
      { label: t('admin.plugins.ward'), phone: 'title' },
      { label: t('admin.plugins.loss_why') },
      { label: t('admin.plugins.loss_when'), phone: 'side' },
    ],
    rows: losses.map(({ ward, name, at }, n) => ({
      id: `loss-${n}`,
      label: wardName(desk, ward, nameOf),
      cells: [wardName(desk, ward, nameOf), t(`admin.plugins.loss.${name}`), { at }],
    })),
    empty: { icon: 'cpu', title: t('admin.plugins.no_losses') },
  }
}

/** Which plugins run in a host: those of a ward, or one by itself, for a while or for its upgrade. */
function wardName({ t }: Desk, ward: string, nameOf: (id: string) => string): string {
  const [name, instance] = ward.split(' ')
  return instance === undefined
    ? t(`admin.plugins.wards.${name}`)
    : t(`admin.plugins.wards.${name}`, { name: nameOf(instance) })
}

const missingNames = ({ t }: Desk, { wallMissing }: PluginsHealth): string[] =>
  wallMissing.map((part) => t(`admin.plugins.wall_part.${part}`))

function wallFacts(desk: Desk, health: PluginsHealth): Block {
  const { t } = desk
  return {
    kind: 'facts',
    id: 'health-wall-facts',
    title: t('admin.plugins.wall'),
    items: [
      {
        label: t('admin.plugins.wall_missing'),
        value: health.wallOff
          ? t('admin.plugins.wall_off')
          : missingNames(desk, health).join(', ') || t('admin.plugins.wall_whole'),
      },
    ],
  }
}

/** Where requests go instead. */
function outboundFacts({ t }: Desk, { outbound }: PluginsHealth): Block {
  const diverted = Object.entries(outbound)
  return {
    kind: 'facts',
    id: 'health-outbound',
    title: t('admin.plugins.outbound'),
    items:
      diverted.length === 0
        ? [{ label: t('admin.plugins.outbound_label'), value: t('admin.plugins.outbound_none') }]
        : diverted.map(([host, origin]) => ({ label: host, value: { mono: origin } as const })),
  }
}
