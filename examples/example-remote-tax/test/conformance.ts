import type { Conformance } from '../../../sdk/test-kit/index.ts'
import { taxService } from './tax-service.ts'

const question = (state: string, tax_class = 'standard') => ({
  seller: { place: { country: 'US', state: 'CA' } },
  buyer: { place: { country: 'US', state, postcode: '90210' }, kind: 'person', tax_id_valid: false },
  ...{ supplied_on: '2026-01-15', currency: 'USD' },
  lines: [{ key: '0', tax_class, net_minor: '1000' }],
})
const answer = (line: object) => ({ lines: [{ key: '0', ...line }], notes: [] })

export default {
  secrets: { api_key: 'key' },
  hosts: ['tax.example.com'],
  company: taxService,
  inputs: {
    determine_remote: [
      { questions: [question('CA'), question('ZZ'), question('TX', 'hosting')] },
      { questions: [question('TX')] },
    ],
  },
  declines: {
    determine_remote: [{ input: { questions: [question('ZZ')] }, says: { problem: 'no place ZZ 90210' } }],
  },
  answers: {
    determine_remote: [
      {
        answers: [
          answer({
            taxes: [{ name: 'CA sales tax', rate_ppm: 60_000, compound: false }],
            treatment: 'standard',
          }),
          { problem: 'no place ZZ 90210' },
          answer({ taxes: [], treatment: 'exempt' }),
        ],
      },
      {
        answers: [
          answer({
            taxes: [{ name: 'TX sales tax', rate_ppm: 82_500, compound: false }],
            treatment: 'standard',
          }),
        ],
      },
    ],
  },
} satisfies Conformance
