import { defineLifecycle } from '../kernel/index.ts'

/** A change of plan or options; a pending one waits for its invoice to be paid. */
export const changeLifecycle = defineLifecycle('service_change', {
  initial: 'pending',
  transitions: {
    apply: {
      from: ['pending'],
      to: 'applied',
      follows: 'the change was asked about when it was entered, and is paid',
    },
    cancel: { from: ['pending'], to: 'cancelled' },
    replace: {
      from: ['pending'],
      to: 'replaced',
      follows: 'the change that takes its place was asked about',
    },
  },
})

export const cancellationLifecycle = defineLifecycle('cancellation', {
  initial: 'planned',
  transitions: {
    undo: { from: ['planned'], to: 'undone' },
    carry_out: {
      from: ['planned'],
      to: 'done',
      follows: 'the cancellation was asked about when it was entered',
    },
  },
})
