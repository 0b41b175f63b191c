import { defineLifecycle } from '../kernel/index.ts'

export const userLifecycle = defineLifecycle('user', {
  initial: 'active',
  transitions: {
    disable: { from: ['active'], to: 'disabled' },
    enable: { from: ['disabled'], to: 'active' },
  },
})

export const staffLifecycle = defineLifecycle('staff', {
  initial: 'active',
  transitions: {
    disable: { from: ['active'], to: 'disabled' },
    enable: { from: ['disabled'], to: 'active' },
  },
})
