import { Type } from '../../sdk/index.ts'
import { sql, type Queries } from '../db/index.ts'
import { recordEvent } from '../events/index.ts'
import { NotFound, type Actor, type Instant } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import type { Session } from './rows.ts'
import { endSessions, requirePerson } from './sessions.ts'

const everybody = ['client', 'staff'] as const

export const signOut = defineVerb(
  { permission: 'session.sign_out', audience: everybody, input: Type.Object({}) },
  async (means: Means, _input, actor): Promise<void> => {
    const { userId, sessionId } = requirePerson(actor)
    await means.db.transaction(async (trx) => {
      const ended = await trx.run(
        sql`update sessions set ended_at = ${means.clock.now()} where id = ${sessionId} and ended_at is null`,
      )
      if (ended === 0) return
      await recordEvent(means, trx, actor, { type: 'user.signed_out', subject: userId, body: { id: userId } })
    })
  },
)

export type ListedSession = Session & { current: boolean }

/** The open sessions of whoever asks, newest visit first. */
export const listSessions = defineVerb(
  { permission: 'session.list', audience: everybody, input: Type.Object({}) },
  async (means: Means, _input, actor): Promise<ListedSession[]> => {
    const { userId, sessionId } = requirePerson(actor)
    const now = means.clock.now()
    const rows = await means.db.all<Session>(sql`
      select id, user_id, client_id, address, agent, created_at, last_seen_at, idle_minutes, expires_at, ends_by, confirmed_at, ended_at
      from sessions where user_id = ${userId} and ended_at is null and expires_at > ${now} and ends_by > ${now}
      order by last_seen_at desc, id`)
    return rows.map((row) => ({ ...row, current: row.id === sessionId }))
  },
)

export const endSession = defineVerb(
  { permission: 'session.end', audience: everybody, input: Type.Object({ session_id: Type.String() }) },
  async (means: Means, { session_id }, actor): Promise<void> => {
    const { userId } = requirePerson(actor)
    const ended = await means.db.run(sql`
      update sessions set ended_at = ${means.clock.now()}
      where id = ${session_id} and user_id = ${userId} and ended_at is null`)
    if (ended === 0) throw NotFound({ what: 'session', id: session_id })
  },
)

/** Ends all sessions but the one in use, and answers how many. */
export const endOtherSessions = defineVerb(
  { permission: 'session.end_others', audience: everybody, input: Type.Object({}) },
  async (means: Means, _input, actor): Promise<number> => {
    const { userId, sessionId } = requirePerson(actor)
    return means.db.transaction((trx) => endSessions(means, trx, userId, sessionId))
  },
)

/** Which of several clients the session acts for from now on. */
export const switchClient = defineVerb(
  {
    permission: 'session.switch_client',
    audience: ['client'],
    input: Type.Object({ client_id: Type.String() }),
  },
  async (means: Means, { client_id }, actor): Promise<void> => {
    if (!actor.grants.some((grant) => grant.clientId === client_id))
      throw NotFound({ what: 'client', id: client_id })
    await actFor(means.db, client_id, actor)
  },
)

/** Without a look at the grants, for a client that its user has just opened. */
export async function actFor(queries: Queries, clientId: string, actor: Actor): Promise<void> {
  const { sessionId } = requirePerson(actor)
  await queries.run(sql`update sessions set client_id = ${clientId} where id = ${sessionId}`)
}

export interface SignInRecord {
  outcome: 'succeeded' | 'failed' | 'disabled'
  address: string
  agent: string
  occurred_at: Instant
}

/** The last 50 attempts on the own account, newest first. */
export const listSignIns = defineVerb(
  { permission: 'session.history', audience: everybody, input: Type.Object({}) },
  async (means: Means, _input, actor): Promise<SignInRecord[]> => {
    const { userId } = requirePerson(actor)
    return means.db.all(sql`
      select outcome, address, agent, occurred_at from sign_ins where user_id = ${userId} order by id desc limit 50`)
  },
)
