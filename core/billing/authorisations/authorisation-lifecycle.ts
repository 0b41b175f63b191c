import { defineLifecycle } from '../../kernel/index.ts'

/** Reserved money. Lapsed: the gateway let go of it by itself. */
export const authorisationLifecycle = defineLifecycle('authorisation', {
  initial: 'held',
  transitions: {
    capture: { from: ['held'], to: 'capturing' },
    // The gateway refused to take it and holds it still.
    keep: {
      from: ['capturing'],
      to: 'held',
      fact: 'the gateway refused to take it and holds it still',
      event: 'authorisation.capture_refused',
    },
    take: { from: ['held', 'capturing', 'releasing'], to: 'captured', fact: 'the gateway has taken it' },
    release: { from: ['held'], to: 'releasing' },
    let_go: { from: ['releasing'], to: 'released', fact: 'the gateway has let go of it' },
    lapse: { from: ['held', 'capturing'], to: 'lapsed', fact: 'the gateway let go of it by itself' },
  },
})
