import { recordAudit } from '../audit/index.ts'
import { sql, type Trx } from '../db/index.ts'
import type { Actor } from '../kernel/index.ts'
import type { Means } from '../records/index.ts'
import { dropInvitesBy } from './drop-invites.ts'
import { dropNewEmail } from './one-time-tokens.ts'
import type { User } from './rows.ts'
import { endSessions } from './sessions.ts'

/** Until the address is proved, whoever made the account may be a stranger to it: keys of that time end with the proof. */
export async function endUnprovedKeys(means: Means, trx: Trx, user: User, actor: Actor): Promise<void> {
  if (user.email_verified_at) return
  const keys = await trx.all<{ id: string }>(
    sql`select id from api_keys where user_id = ${user.id} and revoked_at is null order by id`,
  )
  await trx.run(sql`
    update api_keys set revoked_at = ${means.clock.now()} where user_id = ${user.id} and revoked_at is null`)
  const action = 'api_key.revoke'
  await recordAudit(
    means,
    trx,
    actor,
    keys.map(({ id }) => ({ action, subject: id })),
  )
}

/**
 * Before somebody else gives rights to an account whose address nobody has proved: nothing that its maker has leads in
 * any more. Whoever holds the mailbox sets a password by a link.
 */
export async function shutOutMaker(means: Means, trx: Trx, user: User, actor: Actor): Promise<void> {
  if (user.email_verified_at || user.password_hash === null) return
  await trx.run(sql`
    update users set password_hash = null, version = version + 1, updated_at = ${means.business.now()} where id = ${user.id}`)
  await dropNewEmail(means, trx, user)
  await endSessions(means, trx, user.id)
  await dropInvitesBy(trx, user.id)
  await endUnprovedKeys(means, trx, user, actor)
}
