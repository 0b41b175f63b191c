import { defineLifecycle } from '../kernel/index.ts'

export const orderLifecycle = defineLifecycle('order', {
  initial: 'placed',
  transitions: {
    hold: { from: ['placed'], to: 'held' },
    accept: { from: ['placed', 'held'], to: 'accepted', irreversible: true },
    reject: { from: ['placed', 'held', 'fraud'], to: 'rejected' },
    cancel: { from: ['placed', 'held', 'accepted', 'fraud'], to: 'cancelled' },
    mark_fraud: { from: ['placed', 'held', 'accepted', 'done'], to: 'fraud', event: 'order.marked_fraud' },
    clear_fraud: { from: ['fraud'], to: 'held', event: 'order.cleared_fraud' },
    // Everything that was ordered is live.
    finish: { from: ['accepted'], to: 'done', fact: 'everything that was ordered is live' },
  },
})
