import type { Conformance } from '../../../sdk/test-kit/index.ts'
export default {
  inputs: {
    challenge: [{ form: 'register', locale: 'en' }],
    verify: [{ form: 'register', answer: '7', state: 'made-up' }],
  },
  declines: { verify: [{ input: { form: 'register', answer: '7', state: 'made-up' } }] },
  answers: { verify: [{ outcome: 'refused', reason: 'No such question.' }] },
} satisfies Conformance
