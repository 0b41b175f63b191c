import { Type } from '../../sdk/index.ts'
import { sql } from '../db/index.ts'
import { NotFound } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { confirmOrUnverified } from './confirm.ts'
import { findUserByEmail, sendVerification } from './create-user.ts'
import { Email } from './email-key.ts'
import { brandOf, enterMail } from './identity-mail.ts'
import { countAttempts, limits } from './rate-limit.ts'
import type { User } from './rows.ts'
import { requirePerson } from './sessions.ts'

/**
 * Sends a link to the new address; the old one stays until it is followed. An address that has an account
 * gets a mail saying so, and the asker the same answer.
 */
export const changeEmail = defineVerb(
  {
    permission: 'user.change_email',
    audience: ['client', 'staff'],
    input: Type.Object({ email: Email }),
  },
  async (means: Means, { email }, actor): Promise<void> => {
    const { userId } = requirePerson(actor)
    await countAttempts(means, [[limits.verification, userId]])
    const user = await means.db.get<User>(sql`select * from users where id = ${userId}`)
    if (!user) throw NotFound({ what: 'user', id: userId })
    confirmOrUnverified(means, actor, user)
    const brandId = brandOf(actor)
    await means.db.transaction(async (trx) => {
      const holder = await findUserByEmail(trx, user.realm_id, email)
      if (holder && holder.id !== user.id) {
        const key = `account-exists/${means.newId('req')}`
        await enterMail(means, trx, { template: 'account-exists', to: holder, brandId, data: {}, key })
        return
      }
      await sendVerification(means, trx, { user, email, brandId })
    })
  },
)
