import { defineLifecycle } from '../kernel/index.ts'

/** One attempt. "unknown" means that the request went out and no answer came: core asks before it tries again. */
export const paymentLifecycle = defineLifecycle('payment', {
  initial: 'created',
  transitions: {
    ask_client: { from: ['created', 'pending', 'unknown'], to: 'needs_client', fact: true },
    wait: { from: ['created', 'needs_client', 'unknown'], to: 'pending', fact: true },
    authorise: { from: ['created', 'needs_client', 'pending', 'unknown'], to: 'authorised', fact: true },
    // A late success is booked whatever we believed before: the money has come.
    succeed: {
      from: [
        'created',
        'needs_client',
        'pending',
        'authorised',
        'unknown',
        'declined',
        'failed',
        'cancelled',
      ],
      to: 'succeeded',
      fact: true,
    },
    // A transfer that was booked on the wrong document: staff take it back and book it elsewhere.
    reverse: { from: ['succeeded'], to: 'reversed' },
    decline: {
      from: ['created', 'needs_client', 'pending', 'authorised', 'unknown'],
      to: 'declined',
      fact: true,
    },
    fail: { from: ['created', 'needs_client', 'pending', 'authorised', 'unknown'], to: 'failed', fact: true },
    lose: { from: ['created', 'needs_client', 'pending'], to: 'unknown', fact: true },
    cancel: {
      from: ['created', 'needs_client', 'pending', 'authorised', 'unknown'],
      to: 'cancelled',
      fact: true,
    },
  },
})
