import { createHash } from 'node:crypto'
import type { Queries } from '../../db/index.ts'
import type { Clock } from '../../kernel/index.ts'
import { readSecret, type KeyRing } from '../../secrets/index.ts'
import { checkWebhookSignature, eventId } from '../webhook-signature.ts'
import { getInstance, type Instance } from './plugin-row.ts'

export type Verdict =
  { verdict: 'accepted'; verified: boolean; eventKey: string } | { verdict: 'refused'; reason: string }

export interface VerdictMeans {
  db: Queries
  keys: KeyRing
  clock: Clock
}

/** What a check needs to know of an instance. */
interface Checked {
  instance: Instance
  secret: string | undefined
  readAtMs: number
}

/** Senders come in crowds: an instance and its secret are read once in this time, and a change counts after it, also where the clock is set back. */
const KEPT_MS = 2_000

interface Delivered {
  body: string
  headers: Record<string, string>
}

/**
 * Checks deliveries by the scheme that the instance's manifest states. Without an event id, the body's hash is the key.
 * Throws NotFound for an instance that there is not.
 */
export function webhookVerdicts(
  means: VerdictMeans,
): (instanceId: string, delivery: Delivered) => Promise<Verdict> {
  const known = new Map<string, Checked>()
  return async (instanceId, delivery) => {
    let facts = known.get(instanceId)
    if (!facts || Math.abs(means.clock.ms() - facts.readAtMs) >= KEPT_MS)
      known.set(instanceId, (facts = await readFacts(means, instanceId)))
    return judge(facts, delivery, means.clock.ms())
  }
}

async function readFacts(means: VerdictMeans, instanceId: string): Promise<Checked> {
  const instance = await getInstance(means.db, instanceId)
  const [scheme] = instance.manifest.webhooks ?? []
  const sealed = scheme?.scheme === 'hmac'
  const secret = sealed ? await readSecret(means.db, means.keys, instanceId, scheme.secret) : null
  return { instance, secret: secret ?? undefined, readAtMs: means.clock.ms() }
}

function judge({ instance, secret }: Checked, delivery: Delivered, nowMs: number): Verdict {
  const [scheme] = instance.manifest.webhooks ?? []
  if (!scheme || instance.status !== 'active')
    return { verdict: 'refused', reason: 'this instance takes no webhooks' }
  if (scheme.scheme !== 'hmac')
    return {
      verdict: 'accepted',
      verified: false,
      eventKey: eventId(scheme, delivery.body) ?? hashOf(delivery),
    }
  const checked = checkWebhookSignature(scheme, delivery, secret, nowMs)
  if (checked.verdict === 'refused') return { verdict: 'refused', reason: checked.reason }
  return { verdict: 'accepted', verified: true, eventKey: checked.eventId ?? hashOf(delivery) }
}

const hashOf = ({ body }: Delivered): string => createHash('sha256').update(body).digest('hex')
