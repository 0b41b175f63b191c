import { defineLifecycle } from '../kernel/index.ts'

/** A server in maintenance keeps its services and takes no new ones; a disabled one is kept for its history. */
export const serverLifecycle = defineLifecycle('server', {
  initial: 'active',
  transitions: {
    maintain: { from: ['active'], to: 'maintenance' },
    activate: { from: ['maintenance', 'disabled'], to: 'active' },
    disable: { from: ['active', 'maintenance'], to: 'disabled' },
  },
})

export type ServerStatus = (typeof serverLifecycle.states)[number]
