import { defineLifecycle } from '../../kernel/index.ts'

/** A draft is being written, for the first time or again; only what was sent can be answered. */
export const quoteLifecycle = defineLifecycle('quote', {
  initial: 'draft',
  transitions: {
    send: { from: ['draft'], to: 'sent' },
    revise: { from: ['sent', 'declined', 'expired'], to: 'draft', event: 'quote.revised' },
    accept: { from: ['sent'], to: 'accepted', irreversible: true },
    decline: { from: ['sent'], to: 'declined' },
    expire: { from: ['sent'], to: 'expired', follows: 'its day, which was sent with it, is over' },
    withdraw: { from: ['draft', 'sent', 'declined', 'expired'], to: 'withdrawn' },
  },
})
