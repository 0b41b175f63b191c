import type { Conformance } from '../../../sdk/test-kit/index.ts'
export default {
  hosts: ['bank.example.com'],
  company: () => ({ answer: () => ({ json: { on: '2026-11-25', rates: { USD: '1.0823' } } }) }),
  inputs: { fetch_rates: [{ base: 'EUR', currencies: ['USD', 'XAF'] }] },
  answers: {
    fetch_rates: [{ on: '2026-11-25', rates: [{ currency: 'USD', rate: '1.0823' }], missing: ['XAF'] }],
  },
} satisfies Conformance
