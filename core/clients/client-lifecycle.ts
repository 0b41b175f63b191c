import { defineLifecycle } from '../kernel/index.ts'

/** Only an active client can be acted for: the users of another one sign in and find it named, but closed. */
export const clientLifecycle = defineLifecycle('client', {
  initial: 'active',
  transitions: {
    suspend: { from: ['active'], to: 'suspended' },
    reinstate: { from: ['suspended'], to: 'active' },
    close: { from: ['active', 'suspended'], to: 'closed' },
    reopen: { from: ['closed'], to: 'active' },
  },
})
