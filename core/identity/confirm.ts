import { Type } from '../../sdk/index.ts'
import { sql } from '../db/index.ts'
import { toMs, type Actor } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { ConfirmationNeeded, SignInFailed } from './errors.ts'
import { isPassword } from './password-hash.ts'
import { countAttempts, forgetAttempts, limits, type Attempt } from './rate-limit.ts'
import { requirePerson } from './sessions.ts'

const CONFIRMED_MS = 10 * 60_000

/** Step-up: the password once more, for the dangerous acts of the next ten minutes. */
export const confirm = defineVerb(
  {
    permission: 'session.confirm',
    audience: ['client', 'staff'],
    input: Type.Object({ password: Type.String({ minLength: 1, maxLength: 1000 }) }),
  },
  async (means: Means, { password }, actor): Promise<void> => {
    const { userId, sessionId } = requirePerson(actor)
    const attempt: Attempt = [limits.confirm, userId]
    await countAttempts(means, [attempt])
    const user = await means.db.get<{ password_hash: string | null }>(
      sql`select password_hash from users where id = ${userId}`,
    )
    if (!(await isPassword(user?.password_hash ?? null, password))) throw SignInFailed({})
    await means.db.transaction(async (trx) => {
      await forgetAttempts(trx, attempt)
      await trx.run(
        sql`update sessions set confirmed_at = ${means.clock.now()} where id = ${sessionId} and ended_at is null`,
      )
    })
  },
)

/** Called by verbs that may do great harm. Jobs and the command line act as the system and pass. */
export function requireConfirmed(means: Pick<Means, 'clock'>, actor: Actor): void {
  if (actor.kind === 'system') return
  const at = actor.confirmedAt
  if (!at || means.clock.ms() - toMs(at) > CONFIRMED_MS) throw ConfirmationNeeded({})
}
