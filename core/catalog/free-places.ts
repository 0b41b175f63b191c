import { list, sql, type Queries, type Trx } from '../db/index.ts'

/** A server in use, and its free places: of those that staff set, and by what its plugin told lately. */
export interface ServerPlaces {
  id: string
  instanceId: string
  groupId: string | null
  /** Null is no limit. */
  free: number | null
  /** Places within it where nothing more fits, by the setting of the product that names them. */
  full: readonly { setting: string; value: string }[]
}

interface Row {
  id: string
  instance_id: string
  group_id: string | null
  capacity: number | null
  told_free: number | null
  told_full: string
  held: number
  newer: number
}

/** The servers in use of these plugins. One statement. */
export async function serverPlaces(
  queries: Queries | Trx,
  instanceIds: readonly string[],
): Promise<ServerPlaces[]> {
  const rows = await queries.all<Row>(sql`
    select s.id, s.instance_id, s.group_id, s.capacity, s.told_free, s.told_full,
      (select count(*) from services h where h.server_id = s.id) as held,
      (select count(*) from services h where h.server_id = s.id and h.created_at > s.told_at) as newer
    from servers s where s.status = 'active' and s.instance_id in (${list(instanceIds)}) order by s.id`)
  return rows.map(({ id, instance_id, group_id, told_full, ...row }) => ({
    ...{ id, instanceId: instance_id, groupId: group_id, free: freeOf(row) },
    full: JSON.parse(told_full) as ServerPlaces['full'],
  }))
}

/** The server has not counted what came to it since it told. */
function freeOf({
  capacity,
  told_free,
  held,
  newer,
}: Omit<Row, 'id' | 'instance_id' | 'group_id' | 'told_full'>) {
  const limits = [
    ...(capacity === null ? [] : [capacity - Number(held)]),
    ...(told_free === null ? [] : [told_free - Number(newer)]),
  ]
  return limits.length === 0 ? null : Math.max(0, Math.min(...limits))
}

/** What runs where: a product's plugin, and a group of its servers. */
export interface Place {
  instanceId: string
  groupId: string
}

/** Free places of groups, behind the services that are ordered and have no server yet. Two statements. */
export async function groupPlaces(
  queries: Queries | Trx,
  instanceIds: readonly string[],
): Promise<{ servers: ServerPlaces[]; freeIn: (place: Place) => number | null }> {
  const servers = await serverPlaces(queries, instanceIds)
  const waiting = await queries.all<{ instance_id: string; server_group_id: string; services: number }>(sql`
    select instance_id, server_group_id, count(*) as services from services
    where server_id is null and billing_status <> 'ended' and server_group_id is not null
      and instance_id in (${list(instanceIds)})
    group by instance_id, server_group_id`)
  const freeIn = ({ instanceId, groupId }: Place): number | null => {
    const ahead = waiting.find((row) => row.instance_id === instanceId && row.server_group_id === groupId)
    const free = serversOf(servers, instanceId, groupId).map((server) => server.free)
    if (free.includes(null)) return null
    const sum = free.reduce<number>((all, one) => all + (one ?? 0), 0)
    return Math.max(0, sum - Number(ahead?.services ?? 0))
  }
  return { servers, freeIn }
}

/** Where a service of the plugin may come to stand: on any of its servers where no group is named. */
export const serversOf = (
  servers: readonly ServerPlaces[],
  instanceId: string,
  groupId: string | null,
): ServerPlaces[] =>
  servers.filter(
    (server) => server.instanceId === instanceId && (groupId === null || server.groupId === groupId),
  )

/** A value of an option that stands for a place: a group of its own, or one within servers that its setting names. */
export interface ValuePlace {
  valueId: string
  instanceId: string
  /** The group that the value itself names. */
  own: string | null
  /** Where it will stand: that one, or the group of the product. */
  groupId: string | null
  setting: string | null
  value: string
}

/** Free places by id of a value; what is not there has no limit. */
export type FreePlaces = ReadonlyMap<string, number>

const NO_PLACES: FreePlaces = new Map()

/** Nothing is asked where no value stands for a place, else two statements. */
export async function readFree(queries: Queries, places: readonly ValuePlace[]): Promise<FreePlaces> {
  if (places.length === 0) return NO_PLACES
  const { servers, freeIn } = await groupPlaces(queries, [...new Set(places.map((one) => one.instanceId))])
  return new Map(
    places.flatMap((place): [string, number][] => {
      const { instanceId, own } = place
      const free = isFullWithin(servers, place) ? 0 : own && freeIn({ instanceId, groupId: own })
      return typeof free === 'number' ? [[place.valueId, free]] : []
    }),
  )
}

/** Each server where the service could come to stand says that the place is full, or is full itself. */
function isFullWithin(
  servers: readonly ServerPlaces[],
  { instanceId, groupId, setting, value }: ValuePlace,
): boolean {
  const within = serversOf(servers, instanceId, groupId)
  const names = (place: ServerPlaces['full'][number]) => place.setting === setting && place.value === value
  return (
    within.some(({ full }) => full.some(names)) &&
    within.every(({ free, full }) => free === 0 || full.some(names))
  )
}
