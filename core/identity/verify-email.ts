import { Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { sql, type Trx } from '../db/index.ts'
import { recordEvent } from '../events/index.ts'
import { NotFound, type Actor } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { tellOldAddress } from './change-email.ts'
import { sendVerification } from './create-user.ts'
import { emailKey } from './email-key.ts'
import { EmailTaken } from './errors.ts'
import { endUnprovedKeys } from './first-proof.ts'
import { brandOf } from './identity-mail.ts'
import { findToken, replaceTokens, useToken, type OneTimeToken } from './one-time-tokens.ts'
import { countAttempts, limits } from './rate-limit.ts'
import type { User } from './rows.ts'
import { endSessions, requirePerson } from './sessions.ts'

/** Whoever follows the link owns the mailbox: the address of the link becomes the user's verified address. */
export const verifyEmail = defineVerb(
  {
    permission: 'user.verify_email',
    audience: ['guest', 'client', 'staff'],
    input: Type.Object({ realm_id: Type.String(), token: Type.String({ maxLength: 100 }) }),
  },
  async (means: Means, input, actor): Promise<{ user_id: string; email: string }> =>
    means.db.transaction(async (trx) => {
      const wanted = { token: input.token, purpose: 'verify_email', realmId: input.realm_id } as const
      const token = await findToken(means, trx, wanted)
      await useToken(means, trx, token)
      const user = await findHolder(trx, token)
      const { user_id, email } = token
      await endUnprovedKeys(means, trx, user, actor)
      await takeAddress(means, trx, user, email)
      await recordAudit(means, trx, actor, [
        { action: 'user.verify_email', subject: user_id, before: { email: user.email }, after: { email } },
      ])
      const subject = { subject: user_id, body: { id: user_id } }
      await recordEvent(means, trx, actor, { ...subject, type: 'user.email_verified' })
      if (emailKey(user.email) !== emailKey(email)) {
        await recordEvent(means, trx, actor, { ...subject, type: 'user.email_changed' })
        await afterChange(means, trx, { user, email, actor })
      }
      return { user_id, email }
    }),
)

async function findHolder(trx: Trx, { user_id, email }: OneTimeToken): Promise<User> {
  const user = await trx.get<User>(sql`select * from users where id = ${user_id}`)
  const rival = await trx.get(sql`
    select id from users where realm_id = ${user!.realm_id} and email_key = ${emailKey(email)} and id <> ${user_id}`)
  if (rival) throw EmailTaken({ email })
  return user!
}

async function takeAddress(means: Means, trx: Trx, user: User, email: string): Promise<void> {
  await trx.run(sql`
    update users set email = ${email}, email_key = ${emailKey(email)}, email_verified_at = ${means.clock.now()},
      version = version + 1, updated_at = ${means.business.now()} where id = ${user.id}`)
}

/** Sessions elsewhere end, as after a new password, and the address that was given up is told. */
async function afterChange(
  means: Means,
  trx: Trx,
  { user, email, actor }: { user: User; email: string; actor: Actor },
): Promise<void> {
  await endSessions(means, trx, user.id, actor.id === user.id ? (actor.sessionId ?? null) : null)
  await replaceTokens(means, trx, user.id, 'reset_password')
  await tellOldAddress(means, trx, { template: 'email-changed', user, email, brandId: brandOf(actor), actor })
}

/** Sends the link again. A user who is verified already gets none. */
export const requestVerification = defineVerb(
  { permission: 'user.request_verification', audience: ['client', 'staff'], input: Type.Object({}) },
  async (means: Means, _input, actor): Promise<void> => {
    const { userId } = requirePerson(actor)
    await countAttempts(means, [[limits.verification, userId]])
    const user = await means.db.get<User>(sql`select * from users where id = ${userId}`)
    if (!user) throw NotFound({ what: 'user', id: userId })
    if (user.email_verified_at) return
    await means.db.transaction((trx) =>
      sendVerification(means, trx, { user, email: user.email, brandId: brandOf(actor) }),
    )
  },
)
