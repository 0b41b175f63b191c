import { defineLifecycle } from '../kernel/index.ts'

/** A change of plan or options; a pending one waits for its invoice to be paid. */
export const changeLifecycle = defineLifecycle('service_change', {
  initial: 'pending',
  transitions: {
    apply: { from: ['pending'], to: 'applied' },
    cancel: { from: ['pending'], to: 'cancelled' },
    replace: { from: ['pending'], to: 'replaced' },
  },
})

export const cancellationLifecycle = defineLifecycle('cancellation', {
  initial: 'planned',
  transitions: {
    undo: { from: ['planned'], to: 'undone' },
    carry_out: { from: ['planned'], to: 'done' },
  },
})
