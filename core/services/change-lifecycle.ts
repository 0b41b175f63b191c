import { defineLifecycle } from '../kernel/index.ts'

/** A change of plan or options; a pending one waits for its invoice to be paid. */
export const changeLifecycle = defineLifecycle('service_change', {
  initial: 'pending',
  transitions: {
    apply: { from: ['pending'], to: 'applied', follows: true },
    cancel: { from: ['pending'], to: 'cancelled', follows: true },
    replace: { from: ['pending'], to: 'replaced', follows: true },
  },
})

export const cancellationLifecycle = defineLifecycle('cancellation', {
  initial: 'planned',
  transitions: {
    undo: { from: ['planned'], to: 'undone' },
    carry_out: { from: ['planned'], to: 'done', follows: true },
  },
})
