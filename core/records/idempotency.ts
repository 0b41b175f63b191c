import { setTimeout as pause } from 'node:timers/promises'
import { sql } from '../db/index.ts'
import { instant, type Instant } from '../kernel/index.ts'
import { KeyReused, RequestRunning } from './errors.ts'
import type { Means } from './means.ts'

/** What was answered to a request, so that the same request again gets the same. */
export interface Answer {
  status: number
  headers: Record<string, string>
  body: string
}

export interface OnceRequest {
  /** Whose keys they are: "form/ses_…", "api/key_…". Keys of others never meet. */
  scope: string
  key: string
  /** Digest of what is asked; the same key with another digest is refused. */
  hash: string
}

/** A claim without an answer is given up after this: its process died. */
const CLAIM_MS = 60_000
const PAUSE_MS = 50
const PAUSES = 200
const KEPT_MS = 24 * 3_600_000

/**
 * Does the work once for a key. A repeat gets the first answer; one that comes while the first still runs waits for it.
 * When the work throws, or answers null ("do not keep"), the key is free again. Answers are sealed: they may hold secrets.
 */
export async function once(
  means: Means,
  request: OnceRequest,
  work: () => Promise<Answer | null>,
): Promise<Answer | null> {
  for (let pauses = 0; pauses < PAUSES; pauses++) {
    const claim = await claimKey(means, request)
    if (claim === 'mine') return workAndKeep(means, request, work)
    if (claim !== 'running') return claim
    await pause(PAUSE_MS)
  }
  throw RequestRunning({})
}

/** Forgets answers older than a day, and answers how many. */
export function sweepIdempotencyKeys(means: Means): Promise<number> {
  const before = instant(means.clock.ms() - KEPT_MS)
  return means.db.run(sql`delete from idempotency_keys where created_at < ${before}`)
}

interface KeyRow {
  request_hash: string
  answer: string | null
  created_at: Instant
}

async function claimKey(
  means: Means,
  { scope, key, hash }: OnceRequest,
): Promise<'mine' | 'running' | Answer> {
  const now = means.clock.now()
  const fresh = await means.db.run(sql`
    insert into idempotency_keys (scope, idempotency_key, request_hash, created_at) values (${scope}, ${key}, ${hash}, ${now})
    on conflict (scope, idempotency_key) do nothing`)
  if (fresh === 1) return 'mine'
  const row = await means.db.get<KeyRow>(
    sql`select request_hash, answer, created_at from idempotency_keys where scope = ${scope} and idempotency_key = ${key}`,
  )
  if (!row) return 'running'
  if (row.request_hash !== hash) throw KeyReused({})
  if (row.answer !== null) {
    const sealed = JSON.parse(row.answer) as string
    return JSON.parse(means.keys.open(sealed, placeOf(scope, key))) as Answer
  }
  if (row.created_at > instant(means.clock.ms() - CLAIM_MS)) return 'running'
  const taken = await means.db.run(sql`
    update idempotency_keys set created_at = ${now}
    where scope = ${scope} and idempotency_key = ${key} and answer is null and created_at = ${row.created_at}`)
  return taken === 1 ? 'mine' : 'running'
}

async function workAndKeep(
  means: Means,
  { scope, key }: OnceRequest,
  work: () => Promise<Answer | null>,
): Promise<Answer | null> {
  let answer: Answer | null = null
  try {
    answer = await work()
  } finally {
    if (answer === null)
      await means.db.run(
        sql`delete from idempotency_keys where scope = ${scope} and idempotency_key = ${key} and answer is null`,
      )
  }
  if (answer === null) return null
  const sealed = JSON.stringify(means.keys.seal(JSON.stringify(answer), placeOf(scope, key)))
  await means.db.run(sql`
    update idempotency_keys set status = ${answer.status}, answer = ${sealed}
    where scope = ${scope} and idempotency_key = ${key}`)
  return answer
}

const placeOf = (scope: string, key: string) => ({
  table: 'idempotency_keys',
  column: 'answer',
  row: `${scope}/${key}`,
})
