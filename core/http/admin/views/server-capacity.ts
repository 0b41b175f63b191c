import type { CapacityReport } from '../../../../sdk/index.ts'
import type { ServerRow } from '../../../services/index.ts'
import { metricView } from '../../page/index.ts'
import type { Block } from '../blocks.ts'
import type { Desk } from '../desk.ts'

type Told = Pick<ServerRow, 'told_capacity' | 'told_free' | 'told_at'>

/** "12 / 40" of the places that staff set; full where the server itself says so. */
export function fillOf(desk: Desk, server: Told & { services: number; capacity: number | null }) {
  const count = server.capacity === null ? server.services : `${server.services} / ${server.capacity}`
  if (server.told_free !== 0) return count
  return { cells: [count, { state: 'full', label: desk.t('admin.servers.full'), tone: 'warn' as const }] }
}

/** What a server told of its capacity; nothing of one that never did, or too long ago. */
export function capacityFacts(desk: Desk, server: Told & { id: string }): Block[] {
  const { t } = desk
  if (server.told_capacity === null) return []
  const { accounts, resources, full_places = [] } = JSON.parse(server.told_capacity) as CapacityReport
  const rows = [
    { label: t('admin.servers.accounts'), unit: 'count' as const, ...accounts },
    ...resources.map(({ key, label = key, ...rest }) => ({ label, ...rest })),
  ]
  return [
    {
      kind: 'facts',
      id: `server-${server.id}-capacity`,
      title: t('admin.servers.told_capacity'),
      items: [
        ...rows.map(({ label, unit, used, limit }) => {
          const metric = { label, unit, value: used, ...(limit === null ? {} : { limit }) }
          return { label, value: freeText(desk, metricView(t, metric)) }
        }),
        ...(full_places.length === 0
          ? []
          : [{ label: t('admin.servers.full_places'), value: placesText(full_places) }]),
        { label: t('admin.servers.told_at'), value: { at: server.told_at } },
      ],
    },
  ]
}

function freeText({ t }: Desk, { used, limit, unit }: ReturnType<typeof metricView>): string {
  const spaced = unit === '' ? '' : ` ${unit}`
  if (limit === null) return `${used}${spaced}`
  const free = Math.max(0, Math.round((limit - used) * 10) / 10)
  return t('admin.servers.used_of', { used: `${used}`, limit: `${limit}${spaced}`, free: `${free}${spaced}` })
}

const placesText = (places: NonNullable<CapacityReport['full_places']>): string =>
  places.map(({ setting, value }) => `${setting} ${value}`).join(', ')
