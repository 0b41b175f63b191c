import { defineLifecycle } from '../kernel/index.ts'

export const orderLifecycle = defineLifecycle('order', {
  initial: 'placed',
  transitions: {
    hold: { from: ['placed'], to: 'held' },
    accept: { from: ['placed', 'held'], to: 'accepted', irreversible: true },
    reject: { from: ['placed', 'held'], to: 'rejected' },
    cancel: { from: ['placed', 'held', 'accepted'], to: 'cancelled' },
    // Everything that was ordered is live.
    finish: { from: ['accepted'], to: 'done', fact: 'everything that was ordered is live' },
  },
})
