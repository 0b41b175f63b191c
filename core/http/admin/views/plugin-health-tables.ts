import type { Instance } from '../../../plugins/index.ts'
import type { Block, Cell } from '../blocks.ts'
import { labeller, type Desk } from '../desk.ts'
import { callState, milliseconds } from './plugin-figures.ts'
import type { SeenHealth } from './plugin-processes.ts'

export function instanceTable(desk: Desk, health: SeenHealth, instances: readonly Instance[]): Block {
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

function figureCells(desk: Desk, { figures }: SeenHealth, id: string): Cell[] {
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

export function hostTable(desk: Desk, { hosts }: SeenHealth, nameOf: (id: string) => string): Block {
  const { t } = desk
  return {
    kind: 'table',
    id: 'health-hosts',
    title: t('admin.plugins.hosts'),
    columns: [
      { label: t('admin.plugins.ward'), phone: 'title' },
      { label: t('admin.plugins.process') },
      { label: t('admin.plugins.host_process'), align: 'end' },
      { label: t('admin.plugins.memory'), align: 'end' },
      { label: t('admin.plugins.figure.cpu'), align: 'end' },
    ],
    rows: hosts.map(({ ward, process, pid, cost }, place) => ({
      id: `host-${place}`,
      label: wardName(desk, ward, nameOf),
      cells: [
        wardName(desk, ward, nameOf),
        process,
        pid ?? null,
        cost ? `${cost.memoryMb} MB` : null,
        cost ? milliseconds(desk, cost.cpuMs) : null,
      ],
    })),
    empty: { icon: 'cpu', title: t('admin.plugins.no_hosts') },
  }
}

/** Ours speaks only when asked and no more than it may, so each reason is one to look into. */
export function lossTable(desk: Desk, { losses }: SeenHealth, nameOf: (id: string) => string): Block {
  const { t } = desk
  return {
    kind: 'table',
    id: 'health-losses',
    title: t('admin.plugins.losses'),
    columns: [
      { label: t('admin.plugins.ward'), phone: 'title' },
      { label: t('admin.plugins.process') },
      { label: t('admin.plugins.loss_why') },
      { label: t('admin.plugins.loss_when'), phone: 'side' },
    ],
    rows: losses.map(({ ward, process, name, at }, n) => ({
      id: `loss-${n}`,
      label: wardName(desk, ward, nameOf),
      cells: [wardName(desk, ward, nameOf), process, t(`admin.plugins.loss.${name}`), { at }],
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

export const missingNames = ({ t }: Desk, { wallMissing }: SeenHealth): string[] =>
  wallMissing.map((part) => t(`admin.plugins.wall_part.${part}`))

export function wallFacts(desk: Desk, health: SeenHealth): Block {
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
export function outboundFacts({ t }: Desk, { outbound }: SeenHealth): Block {
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
