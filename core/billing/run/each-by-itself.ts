import { recordAudit } from '../../audit/index.ts'
import { sql, type Trx } from '../../db/index.ts'
import type { Actor } from '../../kernel/index.ts'
import { unlessRefused, type AutomaticAct, type Means } from '../../records/index.ts'
import { tellStaff } from '../tell-staff.ts'

export interface DailyAct extends AutomaticAct {
  /** Audit action of a failure: "service.end_failed". */
  failure: string
}

/**
 * A daily step over several records, done in one transaction while all goes well. When something fails, each is done by
 * itself: what fails again is noted at its record and told to staff, once a day, and left for the next run. The others go
 * on. Answers how many were done.
 */
export async function eachByItself(
  means: Means,
  daily: DailyAct,
  act: (trx: Trx, ids: readonly string[]) => Promise<number>,
): Promise<number> {
  const { ids } = daily
  try {
    return await unlessRefused(means, daily, act)
  } catch (error) {
    demandDatabase(error)
    if (ids.length === 1) {
      await noteFailure(means, { ...daily, id: ids[0]! }, error)
      return 0
    }
  }
  let done = 0
  for (const id of ids) done += await eachByItself(means, { ...daily, ids: [id] }, act)
  return done
}

/** Where the database is away nothing can be noted and nothing can go on. */
export function demandDatabase(error: unknown): void {
  if ((error as { code?: string }).code === 'database.unavailable') throw error
}

export interface FailedStep {
  /** Of the record, or of the step and the zone. */
  id: string
  /** Audit action. */
  failure: string
  actor: Actor
  /** Where staff look; absent: what the search finds of the id. */
  url?: string
}

/** Notes in the audit log and tells staff, once a day, what was left out. */
export async function noteFailure(
  means: Means,
  { id, failure, actor, url = `/admin/search?q=${encodeURIComponent(id)}` }: FailedStep,
  error: unknown,
): Promise<void> {
  const problem = error instanceof Error ? error.message : String(error)
  const now = means.business.now()
  const day = now.slice(0, 10)
  means.log.error({ subject: id, failure, err: error }, 'a daily step was left out')
  await means.db.transaction(async (trx) => {
    const first = await trx.run(sql`
      insert into automated_acts (task, subject, period, outcome, acted_at) values (${failure}, ${id}, ${day}, 'failed', ${now})
      on conflict (task, subject, period) do nothing`)
    if (first === 0) return
    await recordAudit(means, trx, actor, [{ action: failure, subject: id, reason: problem }])
    await tellStaff(means, trx, {
      ...{ brandId: null, permission: 'billing.preview', template: 'step-failed', subject: id },
      key: `${failure}/${id}/${day}`,
      data: { url, about: id, problem: problem.slice(0, 500) },
    })
  })
}
