import { defineLifecycle } from '../../kernel/index.ts'

/** A service that passes to another client. With "accepted" it is the receiver's; with "done" its provider knows. */
export const transferLifecycle = defineLifecycle('service_transfer', {
  initial: 'offered',
  transitions: {
    accept: { from: ['offered'], to: 'accepted', irreversible: true },
    decline: { from: ['offered'], to: 'declined' },
    withdraw: { from: ['offered'], to: 'withdrawn' },
    expire: { from: ['offered'], to: 'expired', follows: 'its day, which was said with it, is over' },
    finish: {
      from: ['accepted'],
      to: 'done',
      fact: 'the provider knows whose it is, or there is nobody to tell',
    },
    fail: { from: ['accepted'], to: 'failed', fact: 'the provider has not taken the new owner' },
    retry: { from: ['failed'], to: 'accepted', event: 'service_transfer.retried' },
  },
})

export type TransferStatus = (typeof transferLifecycle.states)[number]
