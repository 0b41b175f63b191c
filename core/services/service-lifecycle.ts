import { defineLifecycle } from '../kernel/index.ts'

/** Whether and how long the service is charged. */
export const billingLifecycle = defineLifecycle('service', {
  column: 'billing_status',
  initial: 'pending',
  transitions: {
    activate: { from: ['pending'], to: 'active', event: 'service.activated', follows: true },
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
    create: { from: ['none'], to: 'creating', follows: true },
    deliver: { from: ['creating'], to: 'live', fact: true },
    undo: { from: ['creating'], to: 'none', event: 'service.undone', fact: true },
    change: { from: ['live'], to: 'changing', follows: true },
    finish_change: { from: ['changing'], to: 'live', event: 'service.changed', fact: true },
    suspend: { from: ['live', 'changing'], to: 'suspended', fact: true },
    release: { from: ['suspended'], to: 'live', event: 'service.released', fact: true },
    terminate: { from: ['creating', 'live', 'changing', 'suspended'], to: 'terminating', follows: true },
    discard: { from: ['none', 'creating'], to: 'gone', event: 'service.discarded', fact: true },
    remove: { from: ['terminating'], to: 'gone', event: 'service.terminated', fact: true },
  },
})

export type BillingStatus = (typeof billingLifecycle.states)[number]
export type DeliveryState = (typeof deliveryStateLifecycle.states)[number]
