import { Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { sql, type Trx } from '../db/index.ts'
import { recordEvent } from '../events/index.ts'
import type { Actor } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { dropInvitesBy } from './drop-invites.ts'
import { LinkInvalid } from './errors.ts'
import { endUnprovedKeys } from './first-proof.ts'
import { brandOf, enterMail } from './identity-mail.ts'
import { dropNewEmail, findToken, replaceTokens, useToken, type OneTimeToken } from './one-time-tokens.ts'
import { hashPassword } from './password-hash.ts'
import { requireGoodPassword } from './password-rules.ts'
import { forgetAttempts, limits } from './rate-limit.ts'
import type { User } from './rows.ts'
import { endSessions } from './sessions.ts'

/** Sets a password by the link of a reset or an invitation. A password that is refused leaves the link usable. */
export const resetPassword = defineVerb(
  {
    permission: 'user.reset_password',
    audience: ['guest', 'client', 'staff'],
    input: Type.Object({
      realm_id: Type.String(),
      token: Type.String({ maxLength: 100 }),
      password: Type.String(),
    }),
  },
  async (means: Means, input, actor): Promise<{ user_id: string }> => {
    const wanted = { token: input.token, purpose: 'reset_password', realmId: input.realm_id } as const
    const token = await findToken(means, means.db, wanted)
    const user = await findResetUser(means, token)
    requireGoodPassword(input.password, user)
    const hash = await hashPassword(input.password)
    await means.db.transaction(async (trx) => {
      await useToken(means, trx, token)
      await setPasswordByMail(means, trx, { user, hash, actor })
    })
    return { user_id: user.id }
  },
)

/** For the page of the link: throws LinkInvalid before anybody types a password. */
export async function checkResetLink(
  means: Means,
  wanted: { token: string; realmId: string },
): Promise<{ email: string }> {
  const token = await findToken(means, means.db, { ...wanted, purpose: 'reset_password' })
  return { email: (await findResetUser(means, token)).email }
}

/** A link to an address that the user has given up since works no more. */
async function findResetUser(means: Means, token: OneTimeToken): Promise<User> {
  const user = await means.db.get<User>(sql`select * from users where id = ${token.user_id}`)
  if (user?.email !== token.email || user.status !== 'active') throw LinkInvalid({ reason: 'used' })
  return user
}

/** Whoever holds a link that came by mail holds the mailbox; a stranger may have invited others before. */
export async function setPasswordByMail(
  means: Means,
  trx: Trx,
  { user, hash, actor }: Omit<PasswordChange, 'action' | 'keep'>,
): Promise<void> {
  await setPassword(means, trx, { user, hash, actor, action: 'user.reset_password' })
  await dropInvitesBy(trx, user.id)
  await endUnprovedKeys(means, trx, user, actor)
  await trx.run(sql`
    update users set email_verified_at = coalesce(email_verified_at, ${means.clock.now()}) where id = ${user.id}`)
  await forgetAttempts(trx, [limits.signInByAccount, `${user.realm_id}/${user.email_key}`])
}

export interface PasswordChange {
  user: User
  hash: string
  actor: Actor
  action: string
  /** The session that may go on. */
  keep?: string
}

/**
 * Every other session ends, and every link that resets the password or leads to another address stops working, because
 * a stranger may hold one.
 */
export async function setPassword(means: Means, trx: Trx, change: PasswordChange): Promise<void> {
  const { user, hash, actor, action, keep = null } = change
  await trx.run(sql`
    update users set password_hash = ${hash}, version = version + 1, updated_at = ${means.business.now()} where id = ${user.id}`)
  await replaceTokens(means, trx, user.id, 'reset_password')
  await dropNewEmail(means, trx, user)
  await endSessions(means, trx, user.id, keep)
  await recordAudit(means, trx, actor, [{ action, subject: user.id }])
  const event = { type: 'user.password_changed', subject: user.id, body: { id: user.id } }
  await recordEvent(means, trx, actor, event)
  await enterMail(means, trx, {
    template: 'password-changed',
    to: user,
    brandId: brandOf(actor),
    data: { changed_at: means.clock.now(), address: actor.address ?? null },
    key: `password-changed/${means.newId('req')}`,
  })
}
