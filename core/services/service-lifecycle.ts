import { defineLifecycle } from '../kernel/index.ts'

/** Whether and how long the service is charged. */
export const billingLifecycle = defineLifecycle('service', {
  column: 'billing_status',
  initial: 'pending',
  transitions: {
    activate: {
      from: ['pending'],
      to: 'active',
      event: 'service.activated',
      follows: 'the order was asked about, and is paid',
    },
    plan_end: { from: ['active'], to: 'ending' },
    keep: { from: ['ending'], to: 'active', event: 'service.kept' },
    end: { from: ['pending', 'active', 'ending'], to: 'ended', irreversible: true },
  },
})

/** What exists at the provider. Moves when the provider has answered, except where work on the thing itself begins. */
export const deliveryStateLifecycle = defineLifecycle('service', {
  column: 'delivery_status',
  initial: 'none',
  transitions: {
    create: {
      from: ['none'],
      to: 'creating',
      follows: 'the order, or the delivery that staff start, was asked about',
    },
    deliver: { from: ['creating'], to: 'live', fact: 'the provider has made it' },
    undo: {
      from: ['creating'],
      to: 'none',
      event: 'service.undone',
      fact: 'nothing is left of it at the provider',
    },
    lose: {
      from: ['live', 'suspended'],
      to: 'none',
      event: 'service.lost',
      fact: 'the provider does not have it any more',
    },
    change: { from: ['live'], to: 'changing', follows: 'the change was asked about when it was entered' },
    finish_change: {
      from: ['changing'],
      to: 'live',
      event: 'service.changed',
      fact: 'the provider has changed it',
    },
    suspend: {
      from: ['live', 'changing'],
      to: 'suspended',
      fact: 'the provider has suspended it; the hold was asked about',
    },
    release: {
      from: ['suspended'],
      to: 'live',
      event: 'service.released',
      fact: 'the provider has released it; lifting the hold was asked about',
    },
    terminate: {
      from: ['creating', 'live', 'changing', 'suspended'],
      to: 'terminating',
      follows: 'the end of the service was asked about',
    },
    discard: {
      from: ['none', 'creating'],
      to: 'gone',
      event: 'service.discarded',
      fact: 'nothing was ever made at the provider',
    },
    remove: {
      from: ['terminating'],
      to: 'gone',
      event: 'service.terminated',
      fact: 'the provider has removed it',
    },
  },
})

export type BillingStatus = (typeof billingLifecycle.states)[number]
export type DeliveryState = (typeof deliveryStateLifecycle.states)[number]
