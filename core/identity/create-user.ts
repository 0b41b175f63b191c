import { sql, type Queries, type Trx } from '../db/index.ts'
import type { Means } from '../records/index.ts'
import { emailKey } from './email-key.ts'
import { EmailTaken } from './errors.ts'
import { enterMail } from './identity-mail.ts'
import { issueToken } from './one-time-tokens.ts'
import type { User } from './rows.ts'

export interface NewUser {
  realmId: string
  email: string
  name: string
  /** Null when the user sets the first password by a link. */
  passwordHash: string | null
  locale: string
}

/** Adds a user. Of two at once with one address in a realm the second is refused with EmailTaken. */
export async function createUser(means: Means, trx: Trx, wanted: NewUser): Promise<User> {
  const now = means.business.now()
  const user: User = {
    id: means.newId('usr'),
    realm_id: wanted.realmId,
    email: wanted.email.trim(),
    email_key: emailKey(wanted.email),
    name: wanted.name.trim(),
    password_hash: wanted.passwordHash,
    email_verified_at: null,
    locale: wanted.locale,
    theme: 'system',
    status: 'active',
    last_seen_at: null,
    version: 1,
    created_at: now,
    updated_at: now,
  }
  const added = await trx.run(sql`
    insert into users (id, realm_id, email, email_key, name, password_hash, locale, status, created_at, updated_at)
    values (${user.id}, ${user.realm_id}, ${user.email}, ${user.email_key}, ${user.name}, ${user.password_hash},
      ${user.locale}, 'active', ${now}, ${now})
    on conflict (realm_id, email_key) do nothing`)
  if (added === 0) throw EmailTaken({ email: user.email })
  return user
}

export function findUserByEmail(queries: Queries, realmId: string, email: string): Promise<User | undefined> {
  return queries.get<User>(
    sql`select * from users where realm_id = ${realmId} and email_key = ${emailKey(email)}`,
  )
}

/** Where the link goes and where it leads. Without a brand to the pages of staff. */
export interface VerificationTarget {
  user: Pick<User, 'id' | 'name' | 'locale'>
  email: string
  brandId: string | null
}

export async function sendVerification(means: Means, trx: Trx, target: VerificationTarget): Promise<void> {
  const { user, email, brandId } = target
  const { id, token, expires_at } = await issueToken(means, trx, {
    purpose: 'verify_email',
    userId: user.id,
    email,
  })
  await enterMail(means, trx, {
    template: 'verify-email',
    to: { email, name: user.name, locale: user.locale },
    brandId,
    data: { path: `${brandId === null ? '/admin' : ''}/verify-email/${token}`, expires_at },
    key: `verify-email/${id}`,
  })
}
