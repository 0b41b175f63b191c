import { createHash } from 'node:crypto'
import { sql } from '../../db/index.ts'
import type { Means } from '../../records/index.ts'
import { receiveWebhooks } from './receive-webhooks.ts'

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

/** Stores an accepted event and its job; writes down a refused one with the hash of its body, and nothing else of it. */
export async function receiveWebhook(
  means: Means,
  webhook: IncomingWebhook,
  verdict: WebhookVerdict,
): Promise<'stored' | 'repeated' | 'refused'> {
  if (verdict.verdict === 'refused') {
    const now = means.clock.now()
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
  return (await receiveWebhooks(means, [{ webhook, verdict }]))[0]!
}
