import { recordAudit } from '../audit/index.ts'
import type { Trx } from '../db/index.ts'
import type { Actor } from '../kernel/index.ts'
import { isCheckRefusal } from './hooks.ts'
import type { Means } from './means.ts'

export interface AutomaticAct {
  /** Records that the act is about, done in one transaction while nobody refuses. */
  ids: readonly string[]
  /** Audit action of a refusal: "service.end_refused". */
  refusal: string
  actor: Actor
}

/**
 * Automatic work over several records. When a plugin refuses one of them, each is done by itself; what is refused is
 * noted in the audit log and left for the next run, so that one plugin's "no" never stands in the way of the others.
 */
export async function unlessRefused(
  means: Means,
  { ids, refusal, actor }: AutomaticAct,
  act: (trx: Trx, ids: readonly string[]) => Promise<number>,
): Promise<number> {
  if (ids.length === 0) return 0
  try {
    return await means.db.transaction((trx) => act(trx, ids))
  } catch (error) {
    if (!isCheckRefusal(error)) throw error
    if (ids.length === 1) {
      const [subject] = ids
      await means.db.transaction((trx) =>
        recordAudit(means, trx, actor, [{ action: refusal, subject: subject!, reason: error.message }]),
      )
      return 0
    }
  }
  let done = 0
  for (const id of ids) done += await unlessRefused(means, { ids: [id], refusal, actor }, act)
  return done
}
