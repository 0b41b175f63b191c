import { defineLifecycle } from '../kernel/index.ts'

/** Overdue, partly paid, payment pending and refunded are derived from payments and days, never stored. */
export const invoiceLifecycle = defineLifecycle('invoice', {
  initial: 'draft',
  transitions: {
    issue: { from: ['draft'], to: 'issued' },
    pay: { from: ['issued', 'written_off'], to: 'paid', fact: 'nothing of it is open any more' },
    reopen: {
      from: ['paid'],
      to: 'issued',
      fact: 'money of it went back, so something is open',
      event: 'invoice.reopened',
    },
    void: { from: ['draft', 'issued'], to: 'void', event: 'invoice.voided' },
    write_off: { from: ['issued'], to: 'written_off', irreversible: true },
  },
})
