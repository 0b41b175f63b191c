import { Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { sql, type Trx } from '../db/index.ts'
import { invalidInput, NotFound, type Actor } from '../kernel/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { requireConfirmed } from './confirm.ts'
import { findUserByEmail, sendVerification } from './create-user.ts'
import { Email } from './email-key.ts'
import { SignInFailed } from './errors.ts'
import { brandOf, enterMail } from './identity-mail.ts'
import { isPassword } from './password-hash.ts'
import { countAttempts, limits } from './rate-limit.ts'
import type { User } from './rows.ts'
import { requirePerson } from './sessions.ts'
import { brandOfUser, findManaged } from './users.ts'

/**
 * Asks the password and sends a link to the new address; the old one stays until it is followed. An address that
 * has an account gets a mail saying so, and the asker the same answer.
 */
export const changeEmail = defineVerb(
  {
    permission: 'user.change_email',
    audience: ['client', 'staff'],
    input: Type.Object({ email: Email, current_password: Type.String({ minLength: 1, maxLength: 1000 }) }),
  },
  async (means: Means, { email, current_password }, actor): Promise<void> => {
    const { userId } = requirePerson(actor)
    await countAttempts(means, [
      [limits.verification, userId],
      [limits.confirm, userId],
    ])
    const user = await means.db.get<User>(sql`select * from users where id = ${userId}`)
    if (!user) throw NotFound({ what: 'user', id: userId })
    if (!(await isPassword(user.password_hash, current_password))) throw SignInFailed({})
    await means.db.transaction((trx) =>
      askNewEmail(means, trx, { user, email, brandId: brandOf(actor), actor }),
    )
  },
)

/** The same for a customer who asks staff: still nothing changes before the link at the new address is followed. */
export const changeUserEmail = defineVerb(
  {
    permission: 'user.ask_email',
    audience: ['staff'],
    input: Type.Object({ user_id: Type.String(), email: Email }),
  },
  async (means: Means, { user_id, email }, actor): Promise<void> => {
    requireConfirmed(means, actor)
    await countAttempts(means, [[limits.verification, user_id]])
    await means.db.transaction(async (trx) => {
      const user = await findManaged(trx, actor, user_id)
      const brandId = await brandOfUser(trx, actor, user)
      await askNewEmail(means, trx, { user, email, brandId, actor })
    })
  },
)

interface Asking {
  user: User
  email: string
  /** Null for staff. */
  brandId: string | null
  actor: Actor
}

async function askNewEmail(means: Means, trx: Trx, { user, email, brandId, actor }: Asking): Promise<void> {
  if (user.email_verified_at && user.email === email) throw invalidInput({ email: 'is the address already' })
  const holder = await findUserByEmail(trx, user.realm_id, email)
  if (holder && holder.id !== user.id) {
    const key = `account-exists/${means.newId('req')}`
    await enterMail(means, trx, { template: 'account-exists', to: holder, brandId, data: {}, key })
  } else await sendVerification(means, trx, { user, email, brandId })
  await tellOldAddress(means, trx, { template: 'email-asked', user, email, brandId, actor })
  await recordAudit(means, trx, actor, [{ action: 'user.ask_email', subject: user.id, after: { email } }])
}

/**
 * Whoever lost a session to a stranger learns it at the address that they still have, whatever becomes of the new one.
 * An address that nobody has proved may be somebody else's, and is told nothing.
 */
export async function tellOldAddress(
  means: Means,
  trx: Trx,
  { template, user, email, brandId, actor }: Asking & { template: 'email-asked' | 'email-changed' },
): Promise<void> {
  if (!user.email_verified_at) return
  const byOwner = actor.kind !== 'staff' || actor.id === user.id
  await enterMail(means, trx, {
    template,
    to: user,
    brandId,
    data: { email, asked_at: means.clock.now(), address: byOwner ? (actor.address ?? null) : null },
    key: `${template}/${means.newId('req')}`,
  })
}
