import { defineLifecycle } from '../kernel/index.ts'

/** Hidden products can be ordered by link and are not listed; retired ones only live on in their services. */
export const productLifecycle = defineLifecycle('product', {
  initial: 'draft',
  transitions: {
    publish: { from: ['draft', 'hidden', 'retired'], to: 'active' },
    hide: { from: ['draft', 'active'], to: 'hidden' },
    retire: { from: ['draft', 'active', 'hidden'], to: 'retired' },
  },
})
