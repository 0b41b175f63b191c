import { Type } from '../../sdk/index.ts'
import { sql, type Trx } from '../db/index.ts'
import { recordEvent } from '../events/index.ts'
import type { Actor } from '../kernel/index.ts'
import { defineVerb, demandCheck, type Asking, type Means } from '../records/index.ts'
import { AccountDisabled, SignInFailed } from './errors.ts'
import { emailKey } from './email-key.ts'
import { isPassword } from './password-hash.ts'
import { countAttempts, forgetAttempts, limits, type Attempt } from './rate-limit.ts'
import type { Realm, Session, User } from './rows.ts'
import { startSession } from './sessions.ts'

/** `realm_id` is that of the page's brand or of staff: the page sets it, never the form. */
const input = Type.Object({
  realm_id: Type.String(),
  email: Type.String({ minLength: 1, maxLength: 254 }),
  password: Type.String({ minLength: 1, maxLength: 1000 }),
  remember: Type.Optional(Type.Boolean()),
  agent: Type.String({ maxLength: 1000 }),
})

type Candidate = User & { realm_kind: Realm['kind']; staff_status: string | null }
type Outcome = 'succeeded' | 'failed' | 'disabled'

/** Answers the token for the cookie. Unknown address and wrong password get one answer, in the same time. */
export const signIn = defineVerb(
  {
    permission: 'session.start',
    asks: ['session.start:check'],
    audience: ['guest', 'client', 'staff'],
    input,
  },
  async (means: Means, wanted, actor): Promise<{ token: string; session: Session }> => {
    const key = emailKey(wanted.email)
    const address = actor.address ?? 'unknown'
    const account: Attempt = [limits.signInByAccount, `${wanted.realm_id}/${key}`]
    await countAttempts(means, [[limits.signInByAddress, address], account])
    const user = await findCandidate(means, wanted.realm_id, key)
    const fits = await isPassword(user?.password_hash ?? null, wanted.password)
    const attempt = { realm_id: wanted.realm_id, email_key: key, address, agent: wanted.agent.slice(0, 300) }
    const started = await means.db.transaction(async (trx) => {
      const outcome = user && fits ? await admit(means, trx, user) : 'failed'
      await recordSignIn(means, trx, { ...attempt, user_id: user?.id ?? null, outcome })
      if (outcome !== 'succeeded') return outcome
      demandCheck(means, trx, actor, startAsking(user!, address))
      await forgetAttempts(trx, account)
      const { id: userId, realm_kind: realmKind } = user!
      const remember = wanted.remember ?? false
      const event = { type: 'user.signed_in', subject: userId, body: { id: userId, address } }
      await recordEvent(means, trx, actor, event)
      return startSession(means, trx, { userId, realmKind, ...attempt, remember, confirmed: true })
    })
    if (started === 'disabled') throw AccountDisabled({})
    if (started === 'failed') throw SignInFailed({})
    return started
  },
)

/** The password was right; a plugin may still refuse, by where the user comes from. */
function startAsking(user: Candidate, address: string): Asking {
  return { noun: 'session', transition: 'start', from: 'none', to: 'open', row: user, facts: { address } }
}

function findCandidate(means: Means, realmId: string, key: string): Promise<Candidate | undefined> {
  return means.db.get<Candidate>(sql`
    select u.*, r.kind as realm_kind, f.status as staff_status
    from users u join realms r on r.id = u.realm_id left join staff f on f.user_id = u.id
    where u.realm_id = ${realmId} and u.email_key = ${key}`)
}

/** A password that was changed while this one was being checked must not open a session after all. */
async function admit(means: Means, trx: Trx, user: Candidate): Promise<Outcome> {
  if (user.status !== 'active' || (user.realm_kind === 'staff' && user.staff_status !== 'active'))
    return 'disabled'
  const changed = await trx.run(sql`
    update users set last_seen_at = ${means.clock.now()}
    where id = ${user.id} and password_hash = ${user.password_hash} and status = 'active'`)
  return changed === 1 ? 'succeeded' : 'failed'
}

interface SignInFacts {
  realm_id: string
  user_id: string | null
  email_key: string
  address: string
  agent: string
  outcome: Outcome
}

async function recordSignIn(means: Means, trx: Trx, facts: SignInFacts): Promise<void> {
  await trx.insert('sign_ins', [{ id: means.newId('sgn'), ...facts, occurred_at: means.clock.now() }])
}

/** For whoever just proved to be the user by other means, such as checkout after it made the account. */
export async function startOwnSession(
  means: Means,
  trx: Trx,
  user: { id: string; realm_id: string; email_key: string },
  facts: { actor: Actor; agent: string },
): Promise<{ token: string; session: Session }> {
  const address = facts.actor.address ?? 'unknown'
  const { realm_id, email_key } = user
  await recordSignIn(means, trx, {
    ...{ realm_id, email_key, address, user_id: user.id, agent: facts.agent.slice(0, 300) },
    outcome: 'succeeded',
  })
  return startSession(means, trx, {
    ...{ userId: user.id, realmKind: 'clients', address, agent: facts.agent },
    confirmed: true,
  })
}
