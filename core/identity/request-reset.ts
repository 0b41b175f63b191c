import { Type } from '../../sdk/index.ts'
import type { Trx } from '../db/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { findUserByEmail } from './create-user.ts'
import { Email, emailKey } from './email-key.ts'
import { brandOf, enterMail } from './identity-mail.ts'
import { issueToken } from './one-time-tokens.ts'
import { countAttempts, limits } from './rate-limit.ts'
import type { User } from './rows.ts'

/** Sends a link when the address has an account. The answer is the same when it has none. */
export const requestReset = defineVerb(
  {
    permission: 'user.request_reset',
    audience: ['guest', 'client', 'staff'],
    input: Type.Object({ realm_id: Type.String(), email: Email }),
  },
  async (means: Means, input, actor): Promise<void> => {
    await countAttempts(means, [
      [limits.resetByAddress, actor.address ?? 'unknown'],
      [limits.resetByAccount, `${input.realm_id}/${emailKey(input.email)}`],
    ])
    await means.db.transaction(async (trx) => {
      const user = await findUserByEmail(trx, input.realm_id, input.email)
      if (user?.status === 'active') await sendReset(means, trx, user, brandOf(actor))
    })
  },
)

export async function sendReset(means: Means, trx: Trx, user: User, brandId: string | null): Promise<void> {
  const { id, token, expires_at } = await issueToken(means, trx, {
    purpose: 'reset_password',
    userId: user.id,
    email: user.email,
  })
  await enterMail(means, trx, {
    template: 'reset-password',
    to: user,
    brandId,
    data: {
      path: `${brandId === null ? '/admin' : ''}/reset/${token}`,
      expires_at,
      first: user.password_hash === null,
    },
    key: `reset-password/${id}`,
  })
}
