import { defineLifecycle } from '../../kernel/index.ts'

/** Something that client or staff asked to be done to a service that exists. "waiting" is under way at the provider. */
export const actLifecycle = defineLifecycle('service_act', {
  initial: 'open',
  transitions: {
    wait: { from: ['open'], to: 'waiting', follows: 'the act was asked about when it was begun' },
    finish: { from: ['open', 'waiting'], to: 'done', fact: 'the provider has done it' },
    fail: {
      from: ['open', 'waiting'],
      to: 'failed',
      fact: 'the provider has refused it, or it was given up',
    },
  },
})

export type ActStatus = (typeof actLifecycle.states)[number]
