import { covers, NotFound, type Actor } from '../kernel/index.ts'
import { join, list, name, sql, type Queries, type Sql } from '../db/index.ts'

export interface ScopeColumns {
  /** Alias or name of the table in the statement. */
  table: string
  /** Column of the client, when rows belong to one; null for rows of a brand. */
  client?: string | null
  brand?: string | null
  /** Column of the service, when a right on a single service reaches the row. */
  service?: string | null
  /** The right that a client needs on the row; absent: any grant reaches it. */
  right?: string
}

/** The condition that keeps an actor to its own rows: brands for staff, clients and services for users. */
export function scoped(actor: Actor, columns: ScopeColumns): Sql {
  const { table, client = 'client_id', brand = 'brand_id', service = null, right } = columns
  const column = (of: string) => name(`${table}.${of}`)
  if (actor.kind === 'system') return sql`1 = 1`
  if (actor.kind === 'client') {
    const grants = right ? actor.grants.filter((grant) => covers(grant.rights, right)) : actor.grants
    if (!client) return sql`1 = 0`
    const whole = grants.filter((grant) => grant.serviceId === null).map((grant) => grant.clientId)
    const ways = [sql`${column(client)} in (${list(whole)})`]
    // A service that was handed over is no more one of the client that the grant is from.
    for (const { clientId, serviceId } of service ? grants : [])
      if (serviceId !== null)
        ways.push(sql`(${column(client)} = ${clientId} and ${column(service!)} = ${serviceId})`)
    return sql`(${join(ways, ' or ')})`
  }
  if (actor.kind === 'staff') {
    return actor.brandIds === 'all' || !brand
      ? sql`1 = 1`
      : sql`${column(brand)} in (${list(actor.brandIds)})`
  }
  // What has no brand is nothing that an instance of one brand reaches.
  if (actor.kind === 'plugin' && (actor.brandIds === 'all' || brand))
    return actor.brandIds === 'all' ? sql`1 = 1` : sql`${column(brand!)} in (${list(actor.brandIds)})`
  return sql`1 = 0`
}

export interface Wanted {
  table: string
  /** For the error: "invoice". */
  what: string
  id: string
  scope?: Omit<ScopeColumns, 'table'>
}

/** The row when it exists and the actor may reach it; the same NotFound otherwise. */
export async function findRow<R extends object>(queries: Queries, actor: Actor, wanted: Wanted): Promise<R> {
  const condition = scoped(actor, { ...wanted.scope, table: 't' })
  const row = await queries.get<R>(
    sql`select t.* from ${name(wanted.table)} t where t.id = ${wanted.id} and ${condition}`,
  )
  if (!row) throw NotFound({ what: wanted.what, id: wanted.id })
  return row
}
