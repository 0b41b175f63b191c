import { defineLifecycle } from '../kernel/index.ts'

/** Work at a provider. "waiting" is accepted by the provider, or by a person when there is no plugin. */
export const deliveryLifecycle = defineLifecycle('delivery', {
  initial: 'open',
  transitions: {
    wait: { from: ['open'], to: 'waiting', follows: true },
    finish: { from: ['open', 'waiting', 'failed'], to: 'done', fact: true },
    fail: { from: ['open', 'waiting'], to: 'failed', fact: true },
    retry: { from: ['waiting', 'failed'], to: 'open', event: 'delivery.retried', follows: true },
    abandon: { from: ['open', 'waiting', 'failed'], to: 'abandoned', follows: true },
  },
})

export type DeliveryStatus = (typeof deliveryLifecycle.states)[number]
