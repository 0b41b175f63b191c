import { createHash } from 'node:crypto'
import { sql, type Trx } from '../db/index.ts'
import type { Means } from '../records/index.ts'
import { KeyReused } from './errors.ts'

export interface OnceKey {
  /** Who may meet the key again: "order.place:cli_…". */
  scope: string
  key: string
  /** What is asked for; the same key with another request is refused. */
  request: unknown
}

/**
 * Runs `act` once for a key: the row is entered in the same transaction, so a second submit waits for the first one
 * and then gets its answer. When the first one is refused, its row goes with it and the key is free again.
 * The answer may hold secrets: it is sealed.
 */
export async function onceOnly<T>(
  means: Means,
  trx: Trx,
  once: OnceKey,
  act: () => Promise<T>,
): Promise<{ answer: T; repeated: boolean }> {
  const { scope, key } = once
  const hash = createHash('sha256').update(JSON.stringify(once.request)).digest('hex')
  const fresh = await trx.run(sql`
    insert into idempotency_keys (scope, idempotency_key, request_hash, created_at)
    values (${scope}, ${key}, ${hash}, ${means.clock.now()})
    on conflict (scope, idempotency_key) do nothing`)
  const place = { table: 'idempotency_keys', column: 'answer', row: `${scope}/${key}` }
  if (fresh === 0) {
    const row = await trx.get<{ request_hash: string; answer: string }>(
      sql`select request_hash, answer from idempotency_keys where scope = ${scope} and idempotency_key = ${key}`,
    )
    if (row?.request_hash !== hash) throw KeyReused({ key })
    return { answer: JSON.parse(means.keys.open(row.answer, place)) as T, repeated: true }
  }
  const answer = await act()
  const sealed = means.keys.seal(JSON.stringify(answer), place)
  await trx.run(
    sql`update idempotency_keys set status = 201, answer = ${sealed} where scope = ${scope} and idempotency_key = ${key}`,
  )
  return { answer, repeated: false }
}
