import { sql, type Queries, type Trx } from '../../db/index.ts'
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

/** The address of the actor, once it is known to be theirs; null for whoever acts without one. */
async function ownAddress(queries: Queries, actor: Actor): Promise<{ key: string; realm: string } | null> {
  if (actor.kind !== 'client' || !actor.sessionId) return null
  const user = await queries.get<{ key: string; realm: string }>(sql`
    select email_key as "key", realm_id as realm from users where id = ${actor.id} and email_verified_at is not null`)
  return user ?? null
}

/** Offers that stand at the actor's own address, newest first. */
export async function offeredTo(queries: Queries, actor: Actor, now: Instant): Promise<TransferRow[]> {
  const address = await ownAddress(queries, actor)
  if (!address) return []
  return queries.all<TransferRow>(sql`
    select t.* from service_transfers t join brands b on b.id = t.brand_id
    where t.to_email_key = ${address.key} and t.status = 'offered' and t.expires_at > ${now} and b.realm_id = ${address.realm}
    order by t.id desc`)
}

/**
 * The offer when it was made to the address of the actor, in any state; the same NotFound otherwise. The link of the mail
 * alone opens nothing: whoever has it proves the address by signing in with it.
 */
export async function findOffered(queries: Queries, actor: Actor, id: string): Promise<TransferRow> {
  const address = await ownAddress(queries, actor)
  const row = await queries.get<TransferRow>(sql`
    select t.* from service_transfers t join brands b on b.id = t.brand_id
    where t.id = ${id} and t.to_email_key = ${address?.key ?? ''} and b.realm_id = ${address?.realm ?? ''}`)
  if (!row) throw NotFound({ what: 'transfer', id })
  return row
}

export const lockTransfer = async (trx: Trx, id: string): Promise<TransferRow> =>
  (await trx.get<TransferRow>(sql`select * from service_transfers where id = ${id} ${forUpdate(trx)}`))!
