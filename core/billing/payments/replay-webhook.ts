import { Type } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { sql } from '../../db/index.ts'
import { NotFound } from '../../kernel/index.ts'
import { defineVerb, type Means } from '../../records/index.ts'

/** Lets a stored event be interpreted again. What was booked from it before is found and not booked twice. */
export const replayWebhook = defineVerb(
  {
    permission: 'webhook.replay',
    audience: ['staff'],
    input: Type.Object({ webhook_event_id: Type.String() }),
  },
  (means: Means, { webhook_event_id: id }, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      const changed = await trx.run(
        sql`update webhook_events set status = 'received', handled_at = null where id = ${id}`,
      )
      if (changed === 0) throw NotFound({ what: 'webhook event', id })
      await recordAudit(means, trx, actor, [{ action: 'webhook.replay', subject: id }])
      await means.jobs.enqueue(trx, [{ task: 'billing.webhook', payload: { id }, maxAttempts: 12 }])
    }),
)
