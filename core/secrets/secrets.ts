import { sql, type Queries, type Trx } from '../db/index.ts'
import type { Instant } from '../kernel/index.ts'
import type { KeyRing } from './key-ring.ts'

/** Secrets of plugin instances and servers, by owner and name. Written, replaced, never shown again. */
export interface SecretChange {
  ownerId: string
  name: string
  value: string
  actor: string
  now: Instant
}

export async function putSecret(trx: Trx, keys: KeyRing, change: SecretChange): Promise<void> {
  const sealed = keys.seal(change.value, place(change.ownerId, change.name))
  await trx.run(sql`
    insert into secrets (owner_id, name, sealed, updated_by, updated_at)
    values (${change.ownerId}, ${change.name}, ${sealed}, ${change.actor}, ${change.now})
    on conflict (owner_id, name) do update
    set sealed = excluded.sealed, updated_by = excluded.updated_by, updated_at = excluded.updated_at, version = secrets.version + 1`)
}

/** Null when it was never set. */
export async function readSecret(
  queries: Queries,
  keys: KeyRing,
  ownerId: string,
  name: string,
): Promise<string | null> {
  const row = await queries.get<{ sealed: string }>(
    sql`select sealed from secrets where owner_id = ${ownerId} and name = ${name}`,
  )
  return row ? keys.open(row.sealed, place(ownerId, name)) : null
}

/** Which secrets are set, by whom and when: all that a form may show. */
export function listSecrets(
  queries: Queries,
  ownerId: string,
): Promise<{ name: string; updated_by: string; updated_at: Instant }[]> {
  return queries.all(
    sql`select name, updated_by, updated_at from secrets where owner_id = ${ownerId} order by name`,
  )
}

const place = (ownerId: string, name: string) => ({
  table: 'secrets',
  column: 'sealed',
  row: `${ownerId}/${name}`,
})
