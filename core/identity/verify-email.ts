import { Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { sql } from '../db/index.ts'
import { recordEvent } from '../events/index.ts'
import { NotFound } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { sendVerification } from './create-user.ts'
import { emailKey } from './email-key.ts'
import { EmailTaken } from './errors.ts'
import { brandOf } from './identity-mail.ts'
import { findToken, useToken } from './one-time-tokens.ts'
import { countAttempts, limits } from './rate-limit.ts'
import type { User } from './rows.ts'
import { requirePerson } from './sessions.ts'

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
      const { user_id, email } = token
      const key = emailKey(email)
      const rival = await trx.get(sql`
        select id from users where realm_id = ${input.realm_id} and email_key = ${key} and id <> ${user_id}`)
      if (rival) throw EmailTaken({ email })
      const now = means.clock.now()
      await trx.run(sql`
        update users set email = ${email}, email_key = ${key}, email_verified_at = ${now}, version = version + 1,
          updated_at = ${means.business.now()} where id = ${user_id}`)
      await recordAudit(means, trx, actor, [
        { action: 'user.verify_email', subject: user_id, after: { email } },
      ])
      const event = { type: 'user.email_verified', subject: user_id, body: { id: user_id } }
      await recordEvent(means, trx, actor, event)
      return { user_id, email }
    }),
)

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
