import { sql, type Queries, type Trx } from '../db/index.ts'
import { instant, type Instant } from '../kernel/index.ts'
import type { Means } from '../records/index.ts'
import { LinkInvalid } from './errors.ts'
import { newSecretToken, secretTokenHash } from './secret-token.ts'

export type TokenPurpose = 'verify_email' | 'reset_password'

const MINUTE_MS = 60_000
export const TOKEN_MINUTES: Record<TokenPurpose, number> = { verify_email: 3 * 24 * 60, reset_password: 30 }
/** A new staff member reads mail on Monday, too. */
export const INVITE_MINUTES = 3 * 24 * 60

export interface NewToken {
  purpose: TokenPurpose
  userId: string
  /** The address that the link proves. */
  email: string
  minutes?: number
}

export interface OneTimeToken {
  id: string
  user_id: string
  email: string
  expires_at: Instant
}

/** Makes the secret of a link. Older unused ones of the same purpose stop working. */
export async function issueToken(
  means: Means,
  trx: Trx,
  wanted: NewToken,
): Promise<{ id: string; token: string; expires_at: Instant }> {
  await replaceTokens(means, trx, wanted.userId, wanted.purpose)
  const { token, hash } = newSecretToken()
  const minutes = wanted.minutes ?? TOKEN_MINUTES[wanted.purpose]
  const row = {
    id: means.newId('tok'),
    purpose: wanted.purpose,
    user_id: wanted.userId,
    email: wanted.email,
    token_hash: hash,
    expires_at: instant(means.clock.ms() + minutes * MINUTE_MS),
    used_at: null,
    created_at: means.clock.now(),
  }
  await trx.insert('one_time_tokens', [row])
  return { id: row.id, token, expires_at: row.expires_at }
}

export async function replaceTokens(
  means: Means,
  trx: Trx,
  userId: string,
  purpose: TokenPurpose,
): Promise<void> {
  await trx.run(
    sql`update one_time_tokens set used_at = ${means.clock.now()} where user_id = ${userId} and purpose = ${purpose} and used_at is null`,
  )
}

/** Links to an address that is not the user's stop working; that of the present address goes on. */
export async function dropNewEmail(
  means: Means,
  trx: Trx,
  user: { id: string; email: string },
): Promise<void> {
  await trx.run(sql`
    update one_time_tokens set used_at = ${means.clock.now()}
    where user_id = ${user.id} and purpose = 'verify_email' and email <> ${user.email} and used_at is null`)
}

/** The token when its link works in this realm now; LinkInvalid with the reason otherwise. Does not use it up. */
export async function findToken(
  means: Means,
  queries: Queries,
  wanted: { token: string; purpose: TokenPurpose; realmId: string },
): Promise<OneTimeToken> {
  const row = await queries.get<OneTimeToken & { used_at: Instant | null }>(sql`
    select k.id, k.user_id, k.email, k.expires_at, k.used_at from one_time_tokens k join users u on u.id = k.user_id
    where k.token_hash = ${secretTokenHash(wanted.token)} and k.purpose = ${wanted.purpose} and u.realm_id = ${wanted.realmId}`)
  if (!row) throw LinkInvalid({ reason: 'unknown' })
  if (row.used_at) throw LinkInvalid({ reason: 'used' })
  if (row.expires_at <= means.clock.now()) throw LinkInvalid({ reason: 'expired' })
  return row
}

/** Of two clicks at once one gets through. */
export async function useToken(means: Means, trx: Trx, token: OneTimeToken): Promise<void> {
  const now = means.clock.now()
  const used = await trx.run(
    sql`update one_time_tokens set used_at = ${now} where id = ${token.id} and used_at is null and expires_at > ${now}`,
  )
  if (used === 0) throw LinkInvalid({ reason: 'used' })
}
