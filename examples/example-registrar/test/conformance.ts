import type { Conformance } from '../../../sdk/test-kit/index.ts'
import { openRegistry } from './registry.ts'

const owner = {
  name: 'Ann',
  email: 'ann@client.example',
  phone: '+49.301234',
  street: ['Weg 1'],
  city: 'Berlin',
  postcode: '10115',
  country: 'DE',
}
const wanted = { years: 1, contacts: { owner }, nameservers: ['ns1.example.com'], privacy: false, extra: {} }
const moved = { domain: 'moved.example', transfer_code: 'right', contacts: { owner }, extra: {} }
const price = { minor: '99000', currency: 'EUR' }

export default {
  secrets: { api_key: 'key' },
  hosts: ['registry.example.com'],
  company: openRegistry,
  inputs: {
    check_availability: [{ domains: ['free.example', 'taken.example', 'gold.example'] }],
    register: [{ domain: 'ann.example', ...wanted }],
    transfer: [moved],
    describe: [{ domain: 'nobody.example' }],
  },
  declines: {
    register: [
      { input: { domain: 'taken.example', ...wanted }, says: { code: 'taken', kind: 'permanent' } },
      { input: { domain: 'gold.example', ...wanted }, says: { code: 'price_changed' } },
    ],
    transfer: [{ input: { ...moved, transfer_code: 'wrong' }, says: { code: 'wrong_code' } }],
    renew: [
      {
        input: { domain: 'nobody.example', years: 1, expires_on: '2027-11-26' },
        says: { code: 'conflict', kind: 'permanent' },
      },
    ],
    set_nameservers: [{ input: { domain: 'nobody.example', nameservers: ['ns1.example.com'] } }],
  },
  answers: {
    check_availability: [
      {
        results: [
          { domain: 'free.example', status: 'free' },
          { domain: 'taken.example', status: 'taken' },
          { domain: 'gold.example', status: 'premium', register: price },
        ],
      },
    ],
    register: [{ outcome: 'done', expires_on: '2027-11-26' }],
    transfer: [{ outcome: 'pending' }],
    describe: [{ domain: 'nobody.example', state: 'absent' }],
  },
} satisfies Conformance
