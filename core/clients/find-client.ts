import { name, sql, type Queries } from '../db/index.ts'
import { NotFound, type Actor } from '../kernel/index.ts'
import { findRow, scoped } from '../records/index.ts'
import type { Client } from './rows.ts'

/** The client when the actor may reach it with this right; the same NotFound otherwise. */
export function findClient(queries: Queries, actor: Actor, id: string, right: string): Promise<Client> {
  const scope = { client: 'id', right }
  return findRow<Client>(queries, actor, { table: 'clients', what: 'client', id, scope })
}

/** A row that belongs to a client, found only by who may reach the client with this right. */
export async function findOfClient<R extends object>(
  queries: Queries,
  actor: Actor,
  wanted: { table: string; what: string; id: string; right: string },
): Promise<R> {
  const condition = scoped(actor, { table: 'c', client: 'id', right: wanted.right })
  const row = await queries.get<R>(sql`
    select t.* from ${name(wanted.table)} t join clients c on c.id = t.client_id
    where t.id = ${wanted.id} and ${condition}`)
  if (!row) throw NotFound({ what: wanted.what, id: wanted.id })
  return row
}
