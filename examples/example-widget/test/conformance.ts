import type { Conformance } from '../../../sdk/test-kit/index.ts'
export default {
  inputs: { draw: [{ key: 'paid', locale: 'en' }] },
  answers: {
    draw: [{ blocks: [{ block: 'facts', facts: [{ label: 'Paid', value: '0' }] }], keep_for: 60 }],
  },
} satisfies Conformance
