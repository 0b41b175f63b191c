import { sql, type Trx } from '../db/index.ts'
import { instant, toMs, type Instant } from '../kernel/index.ts'
import type { Means } from '../records/index.ts'
import { TooManyAttempts } from './errors.ts'

const MINUTE_MS = 60_000

/** At most `most` attempts from the first of them until `minutes` later, counted for all processes together. */
export interface RateLimit {
  name: string
  most: number
  minutes: number
}

export const limits = {
  signInByAddress: { name: 'sign_in.address', most: 30, minutes: 15 },
  signInByAccount: { name: 'sign_in.account', most: 10, minutes: 15 },
  signUpByAddress: { name: 'sign_up.address', most: 10, minutes: 60 },
  confirm: { name: 'session.confirm', most: 10, minutes: 15 },
  resetByAddress: { name: 'reset.address', most: 15, minutes: 60 },
  resetByAccount: { name: 'reset.account', most: 4, minutes: 60 },
  uploadByAddress: { name: 'upload.address', most: 30, minutes: 60 },
  verification: { name: 'verification.user', most: 5, minutes: 60 },
  invitation: { name: 'invitation.client', most: 20, minutes: 60 },
  setUp: { name: 'set_up.address', most: 10, minutes: 15 },
  sameRefusal: { name: 'refusal.same', most: 1, minutes: 60 },
  refusals: { name: 'refusal.actor', most: 60, minutes: 60 },
} satisfies Record<string, RateLimit>

/** One act that counts: the limit, and whose attempts they are (an address, an account). */
export type Attempt = readonly [limit: RateLimit, subject: string]

/**
 * Counts the attempt before it is judged, in a transaction of its own, so that many guesses at once count each other
 * and a refusal does not undo the count. Throws 429 with the moment from which it works again.
 */
export async function countAttempts(means: Means, attempts: readonly Attempt[]): Promise<void> {
  const ends = await means.db.transaction(async (trx) => {
    const found: (Instant | null)[] = []
    for (const attempt of attempts) found.push(await countAttempt(means, trx, attempt))
    return found
  })
  const works = ends.filter((end) => end !== null).sort()
  const last = works.at(-1)
  if (last) {
    const seconds = Math.ceil((toMs(last) - means.clock.ms()) / 1000)
    throw TooManyAttempts({ works_again_at: last, seconds })
  }
}

/** After a success the account starts with a clean sheet. */
export async function forgetAttempts(trx: Trx, [limit, subject]: Attempt): Promise<void> {
  await trx.run(sql`delete from rate_limits where name = ${limit.name} and subject = ${subject}`)
}

/**
 * Null when the attempt is allowed, else the end of the window. One that ends later than a window can was begun before
 * the clock was set back: it counts on, and lasts no longer than any other.
 */
export async function countAttempt(
  means: Means,
  trx: Trx,
  [limit, subject]: Attempt,
): Promise<Instant | null> {
  const now = means.clock.now()
  const end = instant(means.clock.ms() + limit.minutes * MINUTE_MS)
  const row = await trx.get<{ attempts: number; window_ends_at: Instant }>(sql`
    insert into rate_limits (name, subject, attempts, window_ends_at) values (${limit.name}, ${subject}, 1, ${end})
    on conflict (name, subject) do update set
      attempts = case when rate_limits.window_ends_at <= ${now} then 1 else rate_limits.attempts + 1 end,
      window_ends_at = case when rate_limits.window_ends_at <= ${now} or rate_limits.window_ends_at > ${end}
        then ${end} else rate_limits.window_ends_at end
    returning attempts, window_ends_at`)
  return row!.attempts > limit.most ? row!.window_ends_at : null
}
