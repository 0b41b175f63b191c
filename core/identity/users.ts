import { Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { list, sql, type Queries, type Sql } from '../db/index.ts'
import { NotFound, type Actor } from '../kernel/index.ts'
import { applyTransition, defineVerb, type Means } from '../records/index.ts'
import { requireConfirmed } from './confirm.ts'
import { dropInvitesBy } from './drop-invites.ts'
import { UserOfOtherBrands } from './errors.ts'
import type { SignInRecord } from './own-sessions.ts'
import { sendReset } from './request-reset.ts'
import type { Session, User } from './rows.ts'
import { endSessions } from './sessions.ts'
import { userLifecycle } from './user-lifecycle.ts'

const One = Type.Object({ user_id: Type.String() })

export interface UserDetails {
  user: Omit<User, 'password_hash'>
  sessions: Session[]
  sign_ins: SignInRecord[]
}

export const readUser = defineVerb(
  { permission: 'user.read', audience: ['staff'], input: One },
  async (means: Means, { user_id }, actor): Promise<UserDetails> => {
    const { password_hash: _secret, ...user } = await findUser(means.db, actor, user_id)
    const now = means.clock.now()
    const sessions = await means.db.all<Session>(sql`
      select id, user_id, client_id, address, agent, created_at, last_seen_at, idle_minutes, expires_at, ends_by, confirmed_at, ended_at
      from sessions where user_id = ${user_id} and ended_at is null and expires_at > ${now} and ends_by > ${now}
      order by last_seen_at desc`)
    const sign_ins = await means.db.all<SignInRecord>(sql`
      select outcome, address, agent, occurred_at from sign_ins where user_id = ${user_id} order by id desc limit 50`)
    return { user, sessions, sign_ins }
  },
)

const WithReason = Type.Object({
  user_id: Type.String(),
  reason: Type.String({ minLength: 1, maxLength: 500 }),
})

export const disableUser = defineVerb(
  { permission: 'user.disable', asks: ['user.disable:check'], audience: ['staff'], input: WithReason },
  async (means: Means, { user_id, reason }, actor): Promise<void> => {
    requireConfirmed(means, actor)
    await means.db.transaction(async (trx) => {
      const row = await findManaged(trx, actor, user_id)
      const change = { reason }
      await applyTransition(means, trx, { lifecycle: userLifecycle, row, name: 'disable', actor, change })
      await endSessions(means, trx, user_id)
      await dropInvitesBy(trx, user_id)
    })
  },
)

export const enableUser = defineVerb(
  { permission: 'user.enable', asks: ['user.enable:check'], audience: ['staff'], input: WithReason },
  async (means: Means, { user_id, reason }, actor): Promise<void> => {
    requireConfirmed(means, actor)
    await means.db.transaction(async (trx) => {
      const row = await findManaged(trx, actor, user_id)
      const change = { reason }
      await applyTransition(means, trx, { lifecycle: userLifecycle, row, name: 'enable', actor, change })
    })
  },
)

export const endUserSessions = defineVerb(
  { permission: 'user.end_sessions', audience: ['staff'], input: One },
  async (means: Means, { user_id }, actor): Promise<number> =>
    means.db.transaction(async (trx) => {
      await findManaged(trx, actor, user_id)
      const ended = await endSessions(means, trx, user_id)
      await recordAudit(means, trx, actor, [
        { action: 'user.end_sessions', subject: user_id, after: { ended } },
      ])
      return ended
    }),
)

/** The link of a reset by mail; staff never see or set a password. */
export const sendUserReset = defineVerb(
  {
    permission: 'user.send_reset',
    audience: ['staff'],
    input: Type.Object({ user_id: Type.String(), brand_id: Type.Optional(Type.String()) }),
  },
  async (means: Means, { user_id, brand_id }, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      const user = await findManaged(trx, actor, user_id)
      await sendReset(means, trx, user, await brandOfUser(trx, actor, user, brand_id))
      await recordAudit(means, trx, actor, [{ action: 'user.send_reset', subject: user_id }])
    }),
)

/** A customer whom the actor may see; NotFound otherwise. */
export async function findUser(queries: Queries, actor: Actor, id: string): Promise<User> {
  const user = await queries.get<User>(sql`select u.* from users u where u.id = ${id} and ${usersOf(actor)}`)
  if (!user) throw NotFound({ what: 'user', id })
  return user
}

/**
 * A customer whose account the actor may act on. One account may act for clients of several brands of its realm, so who
 * is limited to some brands leaves it to others once a client of another brand is among them.
 */
export async function findManaged(queries: Queries, actor: Actor, id: string): Promise<User> {
  const user = await findUser(queries, actor, id)
  if (!(await isManaged(queries, actor, id))) throw UserOfOtherBrands({})
  return user
}

/** Whether the account acts for no client outside of the actor's brands. */
export async function isManaged(queries: Queries, { brandIds }: Actor, userId: string): Promise<boolean> {
  if (brandIds === 'all') return true
  const beyond = await queries.get(sql`
    select m.id from memberships m join clients c on c.id = m.client_id
    where m.user_id = ${userId} and c.brand_id not in (${list(brandIds)}) limit 1`)
  return beyond === undefined
}

/** The brand in whose name a customer is written to: the one wanted, one of a client of theirs, or any of the realm. */
export async function brandOfUser(
  queries: Queries,
  { brandIds }: Actor,
  user: Pick<User, 'id' | 'realm_id'>,
  wanted = '',
): Promise<string> {
  const reached = brandIds === 'all' ? sql`1 = 1` : sql`b.id in (${list(brandIds)})`
  const brand = await queries.get<{ id: string }>(sql`
    select b.id from brands b where b.realm_id = ${user.realm_id} and ${wanted} in ('', b.id) and ${reached}
    order by case when exists (
      select 1 from memberships m join clients c on c.id = m.client_id
      where m.user_id = ${user.id} and c.brand_id = b.id) then 0 else 1 end, b.id limit 1`)
  if (!brand) throw NotFound({ what: 'brand', id: wanted })
  return brand.id
}

/** Condition on `users u`: customers of the brands that the actor may see. Staff are managed by the verbs of staff, with their own rules. */
export function usersOf(actor: Actor): Sql {
  const customers = sql`u.realm_id in (select id from realms where kind = 'clients')`
  if (actor.kind === 'system' || actor.brandIds === 'all') return customers
  return sql`u.realm_id in (select realm_id from brands where id in (${list(actor.brandIds)})) and ${customers}`
}
