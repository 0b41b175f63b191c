import Stripe from 'stripe'
import type { Log, PluginContext } from '../../sdk/index.ts'
import { excludedDebits } from './debits.ts'

/** One instance's account at Stripe. */
export interface Shop {
  stripe: Stripe
  log: Log
  /** Stands after the merchant's name on card statements. */
  statementSuffix: string | undefined
  /** Debits that the hosted pages leave out. */
  excluded: ReturnType<typeof excludedDebits>
  /** Checks the signature of an event that core could not check and reads it. */
  readEvent(body: string, signature: string): Promise<Stripe.Event>
}

/** The version whose shapes this plugin was written and tested against. */
const API_VERSION = '2026-10-28.endive'
/** One attempt and one retry stay within the 30 seconds that core gives a charge. */
const TIMEOUT_MS = 12_000
const RETRIES = 1
/** Core has checked the age when the event came; the job may run much later. */
const ANY_AGE = 0

export function connect(context: PluginContext): Shop {
  const stripe = new Stripe(context.secret.header('api_key'), {
    apiVersion: API_VERSION,
    httpClient: Stripe.createFetchHttpClient((...request: Parameters<typeof fetch>) => fetch(...request)),
    maxNetworkRetries: RETRIES,
    timeout: TIMEOUT_MS,
    telemetry: false,
  })
  const subtle = Stripe.createSubtleCryptoProvider()
  const suffix = context.settings['statement_descriptor']
  return {
    stripe,
    log: context.log,
    statementSuffix: typeof suffix === 'string' && suffix.trim() !== '' ? suffix.trim() : undefined,
    excluded: excludedDebits(context.settings),
    readEvent: (body, signature) =>
      stripe.webhooks.constructEventAsync(
        body,
        signature,
        context.secret.header('webhook_secret'),
        ANY_AGE,
        subtle,
      ),
  }
}
