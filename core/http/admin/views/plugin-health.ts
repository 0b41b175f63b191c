import {
  allHeldBack,
  listInstances,
  stoppedPlugins,
  type Instance,
  type WallPart,
} from '../../../plugins/index.ts'
import type { Block, PageView } from '../blocks.ts'
import type { Asked, Desk } from '../desk.ts'
import { openOf } from './plugin-figures.ts'
import { waitingNotices } from './plugin-grant.ts'
import {
  hostTable,
  instanceTable,
  lossTable,
  missingNames,
  outboundFacts,
  wallFacts,
} from './plugin-health-tables.ts'
import { pluginCrumbs } from './plugin-install.ts'
import { outsideTable } from './plugin-outside.ts'
import {
  processTable,
  seenProcesses,
  seenTogether,
  silentNotices,
  type SeenHealth,
  type SeenProcess,
} from './plugin-processes.ts'

/** Hosts, walls and all instances on one page, of all processes that run any. */
export async function pluginHealthPage(desk: Desk, _asked: Asked): Promise<PageView> {
  const { t, means } = desk
  const instances = await listInstances(means.db)
  const seen = await seenProcesses(desk)
  const health = withoutSwitchedOff(seenTogether(desk, seen), instances)
  const stopped = await stoppedPlugins(means.db)
  const waiting = await waitingNotices(desk)
  const silent = silentNotices(desk, seen)
  const held = await heldNotices(desk)
  const well = stopped.length + waiting.length + silent.length + held.length === 0 && isWell(health)
  return {
    head: {
      title: t('admin.plugins.health'),
      text: t('admin.plugins.health_text'),
      crumbs: pluginCrumbs(desk, t('admin.plugins.health')),
      status: seen.length === 0 ? [] : [{ state: well ? 'healthy' : 'degraded' }],
      actions: [{ label: t('admin.health.again'), href: '/admin/plugins/health', icon: 'refresh' }],
    },
    main: [
      ...notices(desk, 'disabled', stopped),
      ...held,
      ...waiting,
      ...silent,
      ...(seen.length === 0 ? noHosts(desk) : hostBlocks(desk, { seen, health, instances })),
    ],
  }
}

/** Each leads to the page of its plugin, where it is tried again. */
async function heldNotices({ means, t }: Desk): Promise<Block[]> {
  const held = await allHeldBack(means.db, means.shipped)
  return held.map(({ id, name, version, reason }) => ({
    ...{ kind: 'notice', id: `held-back-${id}`, tone: 'bad' },
    text: t('admin.plugins.held_back', { name, version, reason }),
    action: { label: name, href: `/admin/plugins/${id}` },
  }))
}

const withoutSwitchedOff = (health: SeenHealth, instances: readonly Instance[]): SeenHealth => ({
  ...health,
  tripped: openOf(health.tripped, instances),
})

const noHosts = ({ t }: Desk): Block[] => [
  { kind: 'notice', id: 'no-hosts', tone: 'neutral', text: t('admin.plugins.no_hosts_here') },
]

interface Shown {
  seen: readonly SeenProcess[]
  health: SeenHealth
  instances: readonly Instance[]
}

const hostBlocks = (desk: Desk, { seen, health, instances }: Shown): Block[] => [
  ...troubleNotices(desk, health, instances),
  ...processTable(desk, seen),
  instanceTable(desk, health, instances),
  outsideTable(desk, health.outside, new Map(instances.map(({ id, name }) => [id, name]))),
  hostTable(desk, health, nameOfIn(instances)),
  lossTable(desk, health, nameOfIn(instances)),
  wallFacts(desk, health),
  outboundFacts(desk, health),
]

/** What Berth makes by itself. Filters and limits come from systemd or a container; a shop that is tried out is well without. */
const isOwnPart = (part: WallPart): boolean => part === 'network' || part === 'room'

const isWell = ({ tripped, suspects, wallOff, wallMissing }: SeenHealth): boolean =>
  tripped.length + suspects.length === 0 && !wallOff && !wallMissing.some(isOwnPart)

function troubleNotices(desk: Desk, health: SeenHealth, instances: readonly Instance[]): Block[] {
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
