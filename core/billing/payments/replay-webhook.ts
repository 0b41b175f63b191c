import { Type } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { sql } from '../../db/index.ts'
import { NotFound } from '../../kernel/index.ts'
import { defineVerb, type Means } from '../../records/index.ts'
import { webhookJob } from './webhook-job.ts'

/** Lets a stored event be interpreted again. What was booked from it before is found and not booked twice. */
export const replayWebhook = defineVerb(
  {
    permission: 'webhook.replay',
    asksNobody: 'it reads again what has happened outside',
    audience: ['staff'],
    input: Type.Object({ webhook_event_id: Type.String() }),
  },
  (means: Means, { webhook_event_id: id }, actor): Promise<void> =>
    means.db.transaction(async (trx) => {
      const event = await trx.get<{ instance_id: string }>(sql`
        update webhook_events set status = 'received', handled_at = null where id = ${id} returning instance_id`)
      if (!event) throw NotFound({ what: 'webhook event', id })
      await recordAudit(means, trx, actor, [{ action: 'webhook.replay', subject: id }])
      await means.jobs.enqueue(trx, [webhookJob(id, event.instance_id)])
    }),
)
