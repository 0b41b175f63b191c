import { defineLifecycle } from '../kernel/index.ts'

/**
 * A mail in the log. "sent" means that our mail server took it, not that somebody read it; "withheld", that a plugin
 * kept it back.
 */
export const messageLifecycle = defineLifecycle('message', {
  initial: 'queued',
  transitions: {
    send: { from: ['queued'], to: 'sent', fact: true },
    fail: { from: ['queued'], to: 'failed', fact: true },
    withhold: { from: ['queued'], to: 'withheld', fact: true },
    resend: { from: ['sent', 'failed', 'withheld'], to: 'queued' },
  },
})
