import { Type } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { defineVerb, type Means } from '../../records/index.ts'

export const LOOK_TASK = 'reports.reconcile'

/** Enters the look of the night as a job of its own. */
export const lookForDiscrepancies = defineVerb(
  { permission: 'discrepancy.look', audience: ['staff'], input: Type.Object({}) },
  (means: Means, _input, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      await recordAudit(means, trx, actor, [{ action: 'discrepancy.look', subject: 'books' }])
      await means.jobs.enqueue(trx, [{ task: LOOK_TASK, payload: {}, key: LOOK_TASK }])
    }),
)
