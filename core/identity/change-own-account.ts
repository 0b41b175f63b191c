import { Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { sql } from '../db/index.ts'
import { NotFound, type Actor } from '../kernel/index.ts'
import { defineVerb, updateVersioned, type Means } from '../records/index.ts'
import { SignInFailed } from './errors.ts'
import { hashPassword, isPassword } from './password-hash.ts'
import { requireGoodPassword } from './password-rules.ts'
import { countAttempts, limits } from './rate-limit.ts'
import { setPassword } from './reset-password.ts'
import type { User } from './rows.ts'
import { requirePerson } from './sessions.ts'

/** Needs the old password; every session but this one ends. */
export const changePassword = defineVerb(
  {
    permission: 'user.change_password',
    audience: ['client', 'staff'],
    input: Type.Object({ current_password: Type.String({ maxLength: 1000 }), password: Type.String() }),
  },
  async (means: Means, input, actor): Promise<void> => {
    const { sessionId } = requirePerson(actor)
    const user = await ownUser(means, actor)
    await countAttempts(means, [[limits.confirm, user.id]])
    if (!(await isPassword(user.password_hash, input.current_password))) throw SignInFailed({})
    requireGoodPassword(input.password, user)
    const hash = await hashPassword(input.password)
    const change = { user, hash, actor, action: 'user.change_password', keep: sessionId }
    await means.db.transaction((trx) => setPassword(means, trx, change))
  },
)

export const changeProfile = defineVerb(
  {
    permission: 'user.change_profile',
    audience: ['client', 'staff'],
    input: Type.Object({
      name: Type.Optional(Type.String({ minLength: 1, maxLength: 120 })),
      locale: Type.Optional(Type.String({ pattern: '^[a-z]{2,3}(-[A-Za-z]{2,4})?$' })),
      theme: Type.Optional(Type.Union([Type.Literal('system'), Type.Literal('light'), Type.Literal('dark')])),
    }),
  },
  async (means: Means, input, actor): Promise<void> => {
    const user = await ownUser(means, actor)
    const set = {
      name: input.name ?? user.name,
      locale: input.locale ?? user.locale,
      theme: input.theme ?? user.theme,
    }
    await means.db.transaction(async (trx) => {
      await updateVersioned(means, trx, { table: 'users', what: 'user', row: user, set })
      const before = { name: user.name, locale: user.locale, theme: user.theme }
      await recordAudit(means, trx, actor, [
        { action: 'user.change_profile', subject: user.id, before, after: set },
      ])
    })
  },
)

async function ownUser(means: Means, actor: Actor): Promise<User> {
  const { userId } = requirePerson(actor)
  const user = await means.db.get<User>(sql`select * from users where id = ${userId}`)
  if (!user) throw NotFound({ what: 'user', id: userId })
  return user
}
