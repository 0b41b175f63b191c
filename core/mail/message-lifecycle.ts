import { defineLifecycle } from '../kernel/index.ts'

/**
 * A mail in the log. "sent" means that our mail server took it, not that somebody read it; "withheld", that a plugin
 * kept it back.
 */
export const messageLifecycle = defineLifecycle('message', {
  initial: 'queued',
  transitions: {
    send: { from: ['queued'], to: 'sent', fact: 'the mail server has taken it' },
    fail: { from: ['queued'], to: 'failed', fact: 'the mail server refuses it' },
    withhold: {
      from: ['queued'],
      to: 'withheld',
      fact: 'its address takes no mail, or a plugin has said so',
    },
    resend: { from: ['sent', 'failed', 'withheld'], to: 'queued' },
  },
})
