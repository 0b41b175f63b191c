import type { Conformance } from '../../../sdk/test-kit/index.ts'
const question = (kind: string, country: string) => ({
  seller: { place: { country: 'DE' } },
  buyer: { place: { country }, kind, tax_id_valid: kind === 'company' },
  supplied_on: '2026-11-26',
  currency: 'EUR',
  lines: [{ key: 'a', tax_class: 'standard', net_minor: '1000' }],
})

export default {
  settings: { rate_ppm: 190_000 },
  inputs: {
    determine: [question('person', 'DE'), question('company', 'FR')],
    validate_tax_id: [{ country: 'DE', tax_id: 'FR1' }],
  },
  declines: { validate_tax_id: [{ input: { country: 'DE', tax_id: 'FR1' }, says: { outcome: 'invalid' } }] },
  answers: {
    determine: [
      {
        lines: [
          { key: 'a', taxes: [{ name: 'VAT', rate_ppm: 190_000, compound: false }], treatment: 'standard' },
        ],
        notes: [],
      },
      {
        lines: [{ key: 'a', taxes: [], treatment: 'reverse_charge' }],
        notes: ['Reverse charge: the recipient owes the tax.'],
      },
    ],
    validate_tax_id: [{ outcome: 'invalid', reason: 'It does not begin with DE.' }],
  },
} satisfies Conformance
