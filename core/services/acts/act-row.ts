import { sql, type Queries, type Trx } from '../../db/index.ts'
import type { Actor, Instant } from '../../kernel/index.ts'
import { forUpdate, lockService } from '../load.ts'
import type { ServiceRow } from '../rows.ts'
import type { ActStatus } from './act-lifecycle.ts'
import type { ActOperation } from './acts.ts'

export interface ActRow {
  id: string
  brand_id: string
  client_id: string
  service_id: string
  server_id: string
  /** Of the SDK, and of our verb: "reinstall". */
  operation: ActOperation
  /** What a plugin's own button said. */
  label: string | null
  /** What the provider is told beside the service, sealed; null once it has ended. */
  sealed: string | null
  status: ActStatus
  /** The next call: the act itself, or what became of it. */
  step: 'call' | 'follow'
  reference: string | null
  attempts: number
  polls: number
  /** Words of the provider: for who pressed the button when it is done, for staff when it failed. */
  message: string | null
  /** The transfer that it tells the provider of. */
  transfer_id: string | null
  actor_kind: Actor['kind']
  actor_id: string
  busy_until: Instant | null
  give_up_at: Instant
  ended_at: Instant | null
  version: number
  created_at: Instant
  updated_at: Instant
}

export const sealedPlace = (id: string) => ({ table: 'service_acts', column: 'sealed', row: id })

export async function lockAct(trx: Trx, id: string): Promise<ActRow | undefined> {
  return trx.get<ActRow>(sql`select * from service_acts where id = ${id} ${forUpdate(trx)}`)
}

export const isUnderWay = ({ status }: Pick<ActRow, 'status'>): boolean =>
  status === 'open' || status === 'waiting'

export interface ActWork {
  act: ActRow
  service: ServiceRow
}

/** An act with its service, both kept, the service first as everywhere; null when there is no such act. */
export async function lockActWork(trx: Trx, id: string): Promise<ActWork | null> {
  const known = await trx.get<Pick<ActRow, 'service_id'>>(
    sql`select service_id from service_acts where id = ${id}`,
  )
  if (!known) return null
  const service = await lockService(trx, known.service_id)
  return { act: (await lockAct(trx, id))!, service }
}

const ACTS_MAX = 20

/**
 * The newest acts of a service, for whoever has found it within reach. What a plugin's button for staff says is for
 * staff, and what it answered for who pressed it.
 */
export async function actsOf(
  queries: Queries,
  serviceId: string,
  actor: Pick<Actor, 'kind' | 'id'>,
): Promise<ActRow[]> {
  // What was done for a client of before is for staff.
  const seen =
    actor.kind === 'client'
      ? sql`and (operation <> 'run_action' or actor_kind = 'client')
          and client_id = (select s.client_id from services s where s.id = service_id)`
      : sql``
  const rows = await queries.all<ActRow>(
    sql`select * from service_acts where service_id = ${serviceId} ${seen} order by id desc limit ${ACTS_MAX}`,
  )
  const isTheirs = (row: ActRow) => row.actor_kind === actor.kind && row.actor_id === actor.id
  return rows.map((row) => (row.status === 'done' && !isTheirs(row) ? { ...row, message: null } : row))
}
