import type { Conformance } from '../../../sdk/test-kit/index.ts'

const question = (place: object, tax_class = 'standard') => ({
  seller: { place: { country: 'US', state: 'CA' } },
  buyer: { place: { country: 'US', ...place }, kind: 'person', tax_id_valid: false },
  ...{ supplied_on: '2026-01-15', currency: 'USD' },
  lines: [{ key: '0', tax_class, net_minor: '1000' }],
})
const answer = (line: object) => ({ lines: [{ key: '0', ...line }], notes: [] })
const california = { name: 'CA sales tax', rate_ppm: 60_000, compound: false }
const angeles = { name: 'Los Angeles', rate_ppm: 35_000, compound: false }

export default {
  settings: { nexus: ['CA'] },
  inputs: {
    determine: [
      question({ state: 'CA', postcode: '94016' }),
      question({ state: 'CA', postcode: '90210' }),
      question({ state: 'CA' }, 'hosting'),
      question({ state: 'NY' }),
    ],
  },
  answers: {
    determine: [
      answer({ taxes: [california], treatment: 'standard' }),
      answer({ taxes: [california, angeles], treatment: 'standard' }),
      answer({ taxes: [], treatment: 'exempt' }),
      answer({ taxes: [], treatment: 'out_of_scope' }),
    ],
  },
} satisfies Conformance
