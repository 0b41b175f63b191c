import { createHash } from 'node:crypto'
import type { Queries } from '../../db/index.ts'
import type { Clock } from '../../kernel/index.ts'
import { readSecret, type KeyRing } from '../../secrets/index.ts'
import { checkWebhookSignature, eventId } from '../webhook-signature.ts'
import { getInstance } from './plugin-row.ts'

export type Verdict =
  { verdict: 'accepted'; verified: boolean; eventKey: string } | { verdict: 'refused'; reason: string }

export interface VerdictMeans {
  db: Queries
  keys: KeyRing
  clock: Clock
}

/** Checks a delivery by the scheme that the instance's manifest states. Without an event id, the body's hash is the key. */
export async function webhookVerdict(
  means: VerdictMeans,
  instanceId: string,
  delivery: { body: string; headers: Record<string, string> },
): Promise<Verdict> {
  const instance = await getInstance(means.db, instanceId)
  const [scheme] = instance.manifest.webhooks ?? []
  if (!scheme || instance.status !== 'active')
    return { verdict: 'refused', reason: 'this instance takes no webhooks' }
  const bodyHash = createHash('sha256').update(delivery.body).digest('hex')
  if (scheme.scheme !== 'hmac')
    return { verdict: 'accepted', verified: false, eventKey: eventId(scheme, delivery.body) ?? bodyHash }
  const secret = (await readSecret(means.db, means.keys, instanceId, scheme.secret)) ?? undefined
  const checked = checkWebhookSignature(scheme, delivery, secret, means.clock.ms())
  if (checked.verdict === 'refused') return { verdict: 'refused', reason: checked.reason }
  return { verdict: 'accepted', verified: true, eventKey: checked.eventId ?? bodyHash }
}
