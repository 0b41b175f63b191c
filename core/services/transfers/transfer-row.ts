import { sql, type Queries, type Sql, type Trx } from '../../db/index.ts'
import { NotFound, type Actor, type Instant, type IsoDate } from '../../kernel/index.ts'
import { scoped } from '../../records/index.ts'
import { forUpdate } from '../load.ts'
import type { TransferStatus } from './transfer-lifecycle.ts'

export interface TransferRow {
  id: string
  brand_id: string
  /** The client that gives. */
  client_id: string
  service_id: string
  /** The address that it is offered to; null when staff moved it. */
  to_email: string | null
  to_email_key: string | null
  /** Who received it; null until it is accepted. */
  to_client_id: string | null
  status: TransferStatus
  /** The prices of the receiver's list, or those that the service has. */
  prices: 'list' | 'same'
  reason: string | null
  offered_by: string
  /** By the business clock. */
  expires_at: Instant
  answered_at: Instant | null
  /** Why the provider has not taken the new owner. */
  problem: string | null
  version: number
  created_at: Instant
  updated_at: Instant
}

/** What moved with a transfer. */
export interface TransferItemRow {
  transfer_id: string
  service_id: string
  before_minor: bigint
  after_minor: bigint
  charged_through: IsoDate | null
}

export const openTransfer = (queries: Queries, serviceId: string): Promise<TransferRow | undefined> =>
  queries.get<TransferRow>(
    sql`select * from service_transfers where service_id = ${serviceId} and status = 'offered'`,
  )

/** An offer of the actor's own: while it stands, the service is the giver's, so a right on it alone is enough. */
export async function findGiven(
  queries: Queries,
  actor: Actor,
  wanted: { id: string; right: string },
): Promise<TransferRow> {
  const own = scoped(actor, { table: 't', right: wanted.right })
  const ofService = scoped(actor, { table: 't', service: 'service_id', right: wanted.right })
  const row = await queries.get<TransferRow>(sql`
    select t.* from service_transfers t where t.id = ${wanted.id} and (${own} or t.status = 'offered' and ${ofService})`)
  if (!row) throw NotFound({ what: 'transfer', id: wanted.id })
  return row
}

/**
 * Of a transfer "t": it was made to the address of the actor, who has proved it by the mail of its confirmation. Who acts
 * without a session, as a key does, has no address.
 */
const toActor = ({ kind, id, sessionId }: Actor): Sql => sql`exists (
  select 1 from users u join brands b on b.realm_id = u.realm_id where b.id = t.brand_id
    and u.id = ${kind === 'client' && sessionId ? id : ''} and u.email_verified_at is not null and u.email_key = t.to_email_key)`

/** Offers that stand at the actor's own address, newest first. */
export const offeredTo = (
  queries: Queries,
  actor: Actor,
  now: Instant,
): Promise<(TransferRow & { giver: string })[]> =>
  queries.all<TransferRow & { giver: string }>(sql`
    select t.*, coalesce(c.company, c.name) as giver from service_transfers t join clients c on c.id = t.client_id
    where t.status = 'offered' and t.expires_at > ${now} and ${toActor(actor)} order by t.id desc`)

/**
 * The offer when it was made to the address of the actor, in any state; the same NotFound otherwise. The link of the mail
 * alone opens nothing: whoever has it proves the address by signing in with it.
 */
export async function findOffered(queries: Queries, actor: Actor, id: string): Promise<TransferRow> {
  const row = await queries.get<TransferRow>(
    sql`select t.* from service_transfers t where t.id = ${id} and ${toActor(actor)}`,
  )
  if (!row) throw NotFound({ what: 'transfer', id })
  return row
}

export const lockTransfer = async (trx: Trx, id: string): Promise<TransferRow> =>
  (await trx.get<TransferRow>(sql`select * from service_transfers where id = ${id} ${forUpdate(trx)}`))!
