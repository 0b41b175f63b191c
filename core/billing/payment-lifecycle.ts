import { defineLifecycle } from '../kernel/index.ts'

/** One attempt. "unknown" means that the request went out and no answer came: core asks before it tries again. */
export const paymentLifecycle = defineLifecycle('payment', {
  initial: 'created',
  transitions: {
    ask_client: {
      from: ['created', 'pending', 'unknown'],
      to: 'needs_client',
      fact: 'the gateway asks the client for something',
    },
    wait: {
      from: ['created', 'needs_client', 'unknown'],
      to: 'pending',
      fact: 'the gateway waits for the money',
    },
    authorise: {
      from: ['created', 'needs_client', 'pending', 'unknown'],
      to: 'authorised',
      fact: 'the gateway has reserved it',
    },
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
      fact: 'the money has come',
    },
    // A transfer that was booked on the wrong document: staff take it back and book it elsewhere.
    reverse: { from: ['succeeded'], to: 'reversed' },
    decline: {
      from: ['created', 'needs_client', 'pending', 'authorised', 'unknown'],
      to: 'declined',
      fact: 'the bank refuses it',
    },
    fail: {
      from: ['created', 'needs_client', 'pending', 'authorised', 'unknown'],
      to: 'failed',
      fact: 'the gateway says that it failed',
    },
    lose: { from: ['created', 'needs_client', 'pending'], to: 'unknown', fact: 'the gateway gave no answer' },
    cancel: {
      from: ['created', 'needs_client', 'pending', 'authorised', 'unknown'],
      to: 'cancelled',
      fact: 'the client left, or the gateway closed it',
    },
  },
})
