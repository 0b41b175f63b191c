import { join, sql, type Trx } from '../../db/index.ts'
import type { Means } from '../../records/index.ts'
import type { IncomingWebhook, WebhookVerdict } from './receive-webhook.ts'
import { webhookJob } from './webhook-job.ts'

export interface AcceptedWebhook {
  webhook: IncomingWebhook
  verdict: Extract<WebhookVerdict, { verdict: 'accepted' }>
}

/**
 * Stores several accepted events and their jobs in one transaction: one write to disk for all that came at once.
 * Answers for each whether it is new, in the order given.
 */
export async function receiveWebhooks(
  means: Means,
  accepted: readonly AcceptedWebhook[],
): Promise<('stored' | 'repeated')[]> {
  const rows = accepted.map((one) => ({ id: means.newId('whe'), ...one }))
  const store = async (trx: Trx) => {
    const ids = new Set(await insertNew(means, trx, rows))
    const jobs = rows
      .filter(({ id }) => ids.has(id))
      .map(({ id, webhook }) => webhookJob(id, webhook.instanceId))
    await means.jobs.enqueue(trx, jobs)
    return ids
  }
  const stored = await means.db.transaction(store, { brief: true })
  for (const { id, webhook, verdict } of rows)
    if (!stored.has(id))
      means.log.info({ instance: webhook.instanceId, event: verdict.eventKey }, 'webhook repeated')
  return rows.map(({ id }) => (stored.has(id) ? 'stored' : 'repeated'))
}

async function insertNew(
  means: Means,
  trx: Trx,
  rows: readonly (AcceptedWebhook & { id: string })[],
): Promise<string[]> {
  const now = means.clock.now()
  const values = rows.map(
    ({ id, webhook, verdict }) =>
      sql`(${id}, ${webhook.instanceId}, ${verdict.eventKey}, ${verdict.verified ? 1 : 0}, ${JSON.stringify(webhook.headers)}, ${webhook.body}, 'received', ${now})`,
  )
  const stored = await trx.all<{ id: string }>(sql`
    insert into webhook_events (id, instance_id, event_key, verified, headers, body, status, received_at)
    values ${join(values, ', ')} on conflict (instance_id, event_key) do nothing returning id`)
  return stored.map(({ id }) => id)
}
