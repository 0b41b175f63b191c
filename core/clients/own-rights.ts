import { sql, type Queries } from '../db/index.ts'
import { covers, type Actor, type Instant } from '../kernel/index.ts'
import { ExceedsOwnRights, OutlastsOwn, OwnMembership } from './errors.ts'

/** A client's user gives and takes only what is held on the whole client. */
export function requireRightsHeld(actor: Actor, clientId: string, rights: readonly string[]): void {
  if (actor.kind !== 'client') return
  const own = actor.grants.filter((grant) => grant.clientId === clientId && grant.serviceId === null)
  const beyond = rights.find((right) => !own.some((grant) => covers(grant.rights, right)))
  if (beyond !== undefined) throw ExceedsOwnRights({ right: beyond })
}

/** Whoever has rights until a day gives them no longer than that; else they would be given back by a friend. */
export async function requireNotLonger(
  queries: Queries,
  actor: Actor,
  clientId: string,
  endsAt: Instant | null,
): Promise<void> {
  if (actor.kind !== 'client') return
  const own = await queries.get<{ ends_at: Instant | null }>(sql`
    select ends_at from memberships where client_id = ${clientId} and service_id is null and user_id = ${userOf(actor)}`)
  if (own?.ends_at && (endsAt === null || endsAt > own.ends_at)) throw OutlastsOwn({ ends_at: own.ends_at })
}

/** The own membership is changed by others, so that nobody makes it longer; an owner may step back. */
export async function requireOthers(
  queries: Queries,
  actor: Actor,
  row: { user_id: string; owner: number },
): Promise<void> {
  if (actor.kind !== 'client' || row.owner === 1) return
  const own = await queries.get(sql`select id from users where id = ${userOf(actor)} and id = ${row.user_id}`)
  if (own) throw OwnMembership({})
}

/** The user behind a session or an API key. */
const userOf = (actor: Actor) =>
  actor.id.startsWith('key_') ? sql`(select user_id from api_keys where id = ${actor.id})` : sql`${actor.id}`
