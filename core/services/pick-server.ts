import { serverPlaces } from '../catalog/index.ts'
import { list, sql, type Trx } from '../db/index.ts'
import { forUpdate } from './load.ts'
import type { ServerRow, ServiceRow } from './rows.ts'

/**
 * Chooses the server for a new service, or null when all are full: by the places that staff gave them, and by what their
 * plugins told lately. The servers stay locked until the transaction ends,
 * so two deliveries never count the same free place. The caller writes server_id in the same transaction.
 */
export async function pickServer(trx: Trx, service: ServiceRow): Promise<string | null> {
  if (service.instance_id === null) return null
  const group = service.server_group_id
  const servers = await trx.all<ServerRow>(sql`
    select * from servers where status = 'active' and instance_id = ${service.instance_id}
      ${group === null ? sql`` : sql`and group_id = ${group}`} order by id ${forUpdate(trx)}`)
  if (servers.length === 0) return null
  const held = await countServices(
    trx,
    servers.map((server) => server.id),
  )
  const rule =
    group === null
      ? undefined
      : await trx.get<{ fill: string }>(sql`select fill from server_groups where id = ${group}`)
  const places = await serverPlaces(trx, [service.instance_id])
  const free = servers.filter((server) => places.find(({ id }) => id === server.id)?.free !== 0)
  if (rule?.fill === 'least_used') free.sort((a, b) => usedShare(a, held) - usedShare(b, held))
  return free[0]?.id ?? null
}

/** A service takes its place from the choice of the server until it is gone. */
export async function countServices(
  queries: Pick<Trx, 'all'>,
  serverIds: readonly string[],
): Promise<Map<string, number>> {
  const rows = await queries.all<{ server_id: string; services: number }>(sql`
    select server_id, count(*) as services from services where server_id in (${list(serverIds)}) group by server_id`)
  return new Map(rows.map((row) => [row.server_id, row.services]))
}

/** A server without a limit is compared by a thousand places. */
function usedShare(server: ServerRow, held: ReadonlyMap<string, number>): number {
  return (held.get(server.id) ?? 0) / (server.capacity ?? 1_000)
}
