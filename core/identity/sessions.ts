import { sql, type Trx } from '../db/index.ts'
import { instant, type Actor } from '../kernel/index.ts'
import type { Means } from '../records/index.ts'
import { PersonNeeded } from './errors.ts'
import { newSecretToken } from './secret-token.ts'
import type { Realm, Session } from './rows.ts'

const MINUTE_MS = 60_000
const DAY_MINUTES = 24 * 60

/** How long a session lasts without a visit, and at most. Staff can do more harm, so theirs are short. */
const LASTING = {
  staff: { idle: 2 * 60, most: 12 * 60 },
  clients: { idle: 12 * 60, most: 7 * DAY_MINUTES },
  remembered: { idle: 30 * DAY_MINUTES, most: 90 * DAY_MINUTES },
}

export interface NewSession {
  userId: string
  realmKind: Realm['kind']
  address: string
  agent: string
  /** "Stay signed in": for clients only. */
  remember?: boolean
  /** Whether the password was given just now. */
  confirmed: boolean
}

/** The token goes into the cookie and is never seen again. */
export async function startSession(
  means: Means,
  trx: Trx,
  wanted: NewSession,
): Promise<{ token: string; session: Session }> {
  const { token, hash } = newSecretToken()
  const remembered = wanted.remember === true && wanted.realmKind === 'clients'
  const lasting = LASTING[remembered ? 'remembered' : wanted.realmKind]
  const now = means.clock.now()
  const session: Session = {
    id: means.newId('ses'),
    user_id: wanted.userId,
    client_id: null,
    address: wanted.address,
    agent: wanted.agent.slice(0, 300),
    created_at: now,
    last_seen_at: now,
    idle_minutes: lasting.idle,
    expires_at: instant(means.clock.ms() + lasting.idle * MINUTE_MS),
    ends_by: instant(means.clock.ms() + lasting.most * MINUTE_MS),
    confirmed_at: wanted.confirmed ? now : null,
    ended_at: null,
  }
  await trx.insert('sessions', [{ ...session, token_hash: hash }])
  return { token, session }
}

/** Ends all open sessions of a user, or all but one, and answers how many. */
export function endSessions(
  means: Means,
  trx: Trx,
  userId: string,
  except: string | null = null,
): Promise<number> {
  return trx.run(sql`
    update sessions set ended_at = ${means.clock.now()}
    where user_id = ${userId} and ended_at is null and id <> ${except ?? ''}`)
}

/** The ids of user and session when a person acts. */
export function requirePerson(actor: Actor): { userId: string; sessionId: string } {
  if (!actor.sessionId) throw PersonNeeded({})
  return { userId: actor.id, sessionId: actor.sessionId }
}
