import { createHash } from 'node:crypto'
import { sql } from '../../db/index.ts'
import type { Means } from '../../records/index.ts'

/** What the signature check of the manifest said. */
export type WebhookVerdict =
  { verdict: 'accepted'; verified: boolean; eventKey: string } | { verdict: 'refused'; reason: string }

export interface IncomingWebhook {
  instanceId: string
  headers: Record<string, string>
  /** The bytes as received: a signature is over these, not over parsed JSON. */
  body: string
  address: string
}

/** Stores an accepted event and its job in one transaction, so that an answer of 200 means it cannot be lost. */
export async function receiveWebhook(
  means: Means,
  webhook: IncomingWebhook,
  verdict: WebhookVerdict,
): Promise<'stored' | 'repeated' | 'refused'> {
  const now = means.clock.now()
  if (verdict.verdict === 'refused') {
    const body = createHash('sha256').update(webhook.body).digest('hex')
    await means.db.run(sql`
      insert into webhook_refusals (id, instance_id, reason, address, body_sha256, received_at)
      values (${means.newId('whe')}, ${webhook.instanceId}, ${verdict.reason}, ${webhook.address}, ${body}, ${now})`)
    means.log.warn(
      { instance: webhook.instanceId, reason: verdict.reason, address: webhook.address },
      'webhook refused',
    )
    return 'refused'
  }
  return means.db.transaction(async (trx) => {
    const id = means.newId('whe')
    const fresh = await trx.run(sql`
      insert into webhook_events (id, instance_id, event_key, verified, headers, body, status, received_at)
      values (${id}, ${webhook.instanceId}, ${verdict.eventKey}, ${verdict.verified ? 1 : 0}, ${JSON.stringify(webhook.headers)}, ${webhook.body}, 'received', ${now})
      on conflict (instance_id, event_key) do nothing`)
    if (fresh === 0) return 'repeated'
    await means.jobs.enqueue(trx, [{ task: 'billing.webhook', payload: { id }, maxAttempts: 12 }])
    return 'stored'
  })
}
