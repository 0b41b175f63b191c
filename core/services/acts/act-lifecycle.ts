import { defineLifecycle } from '../../kernel/index.ts'

/** Something that client or staff asked to be done to a service that exists. "waiting" is under way at the provider. */
export const actLifecycle = defineLifecycle('service_act', {
  initial: 'open',
  transitions: {
    wait: { from: ['open'], to: 'waiting', follows: true },
    finish: { from: ['open', 'waiting'], to: 'done', fact: true },
    fail: { from: ['open', 'waiting'], to: 'failed', fact: true },
  },
})

export type ActStatus = (typeof actLifecycle.states)[number]
