import { defineLifecycle } from '../kernel/index.ts'

/** Work at a provider. "waiting" is accepted by the provider, or by a person when there is no plugin. */
export const deliveryLifecycle = defineLifecycle('delivery', {
  initial: 'open',
  transitions: {
    wait: {
      from: ['open'],
      to: 'waiting',
      follows: 'the provider has taken the work, or a person is to do it',
    },
    finish: {
      from: ['open', 'waiting', 'failed'],
      to: 'done',
      fact: 'the provider, or the person who did it, says so',
    },
    fail: { from: ['open', 'waiting'], to: 'failed', fact: 'the provider refuses it or cannot be reached' },
    retry: { from: ['waiting', 'failed'], to: 'open', event: 'delivery.retried' },
    abandon: { from: ['open', 'waiting', 'failed'], to: 'abandoned' },
  },
})

export type DeliveryStatus = (typeof deliveryLifecycle.states)[number]
