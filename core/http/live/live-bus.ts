import { BroadcastChannel } from 'node:worker_threads'
import type { Consumer } from '../../events/index.ts'

/** All that goes to a browser: what happened, and to which record. It fetches what it may see by itself. */
export interface LiveMessage {
  name: string
  id: string
  clientId: string | null
  brandId: string | null
}

export interface Live {
  publish(message: LiveMessage): void
  /** Answers how to stop listening. */
  listen(hear: (message: LiveMessage) => void): () => void
}

const CHANNEL = 'berth.live'

/** Carries messages between the threads of this process: jobs hear of events, the web tells browsers. Other processes poll. */
export function createLive(): Live {
  const listeners = new Set<(message: LiveMessage) => void>()
  const hearAll = (message: LiveMessage) => {
    for (const hear of listeners) hear(message)
  }
  const channel = new BroadcastChannel(CHANNEL)
  channel.onmessage = (event) => hearAll((event as { data: LiveMessage }).data)
  channel.unref()
  return {
    publish(message) {
      hearAll(message)
      channel.postMessage(message)
    },
    listen(hear) {
      listeners.add(hear)
      return () => void listeners.delete(hear)
    },
  }
}

/** What pages watch: states of what is sold, paid and delivered. */
export const LIVE_EVENTS: readonly string[] = [
  ...['issued', 'paid', 'voided', 'written_off', 'overdue_step'].map((state) => `invoice.${state}`),
  ...['succeeded', 'declined', 'failed', 'pending', 'needs_client', 'unknown', 'refunded'].map(
    (state) => `payment.${state}`,
  ),
  ...['placed', 'held', 'accepted', 'rejected', 'cancelled', 'done', 'marked_fraud', 'cleared_fraud'].map(
    (state) => `order.${state}`,
  ),
  ...[
    'creating',
    'live',
    'changing',
    'suspended',
    'released',
    'terminating',
    'gone',
    'active',
    'ending',
    'ended',
  ].map((state) => `service.${state}`),
  ...['started', 'done', 'failed', 'abandoned'].map((state) => `delivery.${state}`),
  'user.email_verified',
]

/** Hears events after they are committed, and tells the pages that are open. */
export function liveConsumer({ live }: { live: Live }): Consumer {
  return {
    name: 'http.live',
    types: LIVE_EVENTS,
    handle(trx, event) {
      const { type: name, subject: id, client_id: clientId, brand_id: brandId } = event
      trx.afterCommit(() => live.publish({ name, id, clientId, brandId }))
      return Promise.resolve()
    },
  }
}
