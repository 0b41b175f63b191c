import type { SavedMethod } from '../../../sdk/index.ts'
import { sql, type Queries, type Trx } from '../../db/index.ts'
import type { Instant } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'

export interface MethodRow {
  id: string
  client_id: string
  instance_id: string
  reference: string
  kind: string
  label: string
  brand_name: string | null
  last4: string | null
  expires_on: string | null
  preferred: number
  /** A bank or gateway said that this method will not work again; saving it anew takes that back. */
  refused_at: Instant | null
  refused_code: string | null
  consent_at: Instant
  /** Of a debit: the reference of its holder's leave. */
  mandate: string | null
  /** When staff took it over from another system, where its holder had agreed; null for one saved here. */
  taken_over_at: Instant | null
  removed_at: Instant | null
  version: number
  created_at: Instant
  updated_at: Instant
}

export interface Kept {
  clientId: string
  instanceId: string
  method: SavedMethod
  /** Staff bring it along from another system. */
  takenOver?: boolean
}

/**
 * Keeps a method that the client agreed to save. The first one that can be charged becomes the preferred one: it takes
 * the place of one that was refused for good.
 */
export async function keepMethod(
  means: Means,
  trx: Trx,
  { clientId, instanceId, method, takenOver = false }: Kept,
): Promise<void> {
  const now = means.business.now()
  if (method.customer) await keepCustomer(trx, { clientId, instanceId, reference: method.customer, now })
  const others = await trx.get(
    sql`select id from payment_methods where client_id = ${clientId} and preferred = 1 and removed_at is null and refused_at is null and reference <> ${method.reference}`,
  )
  const preferred = others ? 0 : 1
  if (preferred === 1)
    await trx.run(
      sql`update payment_methods set preferred = 0, version = version + 1 where client_id = ${clientId} and preferred = 1 and refused_at is not null`,
    )
  await trx.run(sql`
    insert into payment_methods (id, client_id, instance_id, reference, kind, label, brand_name, last4, expires_on, mandate, taken_over_at, preferred, consent_at, created_at, updated_at)
    values (${means.newId('mth')}, ${clientId}, ${instanceId}, ${method.reference}, ${method.kind}, ${method.label}, ${method.brand ?? null}, ${method.last4 ?? null}, ${method.expires ?? null}, ${method.mandate ?? null}, ${takenOver ? now : null}, ${preferred}, ${now}, ${now}, ${now})
    on conflict (instance_id, reference) do update
    set label = excluded.label, expires_on = excluded.expires_on, mandate = coalesce(excluded.mandate, payment_methods.mandate), removed_at = null, refused_at = null, refused_code = null, updated_at = excluded.updated_at, version = payment_methods.version + 1`)
}

export async function keepCustomer(
  trx: Trx,
  kept: { clientId: string; instanceId: string; reference: string; now: Instant },
): Promise<void> {
  await trx.run(sql`
    insert into gateway_customers (client_id, instance_id, reference, created_at) values (${kept.clientId}, ${kept.instanceId}, ${kept.reference}, ${kept.now})
    on conflict (client_id, instance_id) do update set reference = excluded.reference`)
}

export async function customerAt(
  queries: Queries,
  clientId: string,
  instanceId: string,
): Promise<string | undefined> {
  const row = await queries.get<{ reference: string }>(
    sql`select reference from gateway_customers where client_id = ${clientId} and instance_id = ${instanceId}`,
  )
  return row?.reference
}

export function listMethods(queries: Queries, clientId: string): Promise<MethodRow[]> {
  return queries.all<MethodRow>(
    sql`select * from payment_methods where client_id = ${clientId} and removed_at is null order by preferred desc, created_at`,
  )
}

export function preferredMethod(queries: Queries, clientId: string): Promise<MethodRow | undefined> {
  return queries.get<MethodRow>(
    sql`select * from payment_methods where client_id = ${clientId} and removed_at is null and preferred = 1 order by created_at limit 1`,
  )
}
