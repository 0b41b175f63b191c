import { defineLifecycle } from '../../kernel/index.ts'

/** Kept: the document is paid. Broken: a part was not, so that the whole rest is owed. Ended: by staff, or with the document. */
export const instalmentLifecycle = defineLifecycle('instalment_plan', {
  initial: 'active',
  transitions: {
    keep: { from: ['active'], to: 'kept', fact: 'all parts are paid' },
    // Money that had come was given back or taken back.
    resume: { from: ['kept'], to: 'active', fact: 'money of a part went back' },
    break: { from: ['active'], to: 'broken' },
    end: { from: ['active'], to: 'ended' },
  },
})
