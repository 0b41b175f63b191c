import type { Conformance } from '../../../sdk/test-kit/index.ts'

const amount = { minor: '4900', currency: 'EUR' }
const client = { id: 'cli_1', name: 'Ann Client', email: 'ann@client.example', locale: 'en' }

export default {
  settings: { accounts: [{ currency: 'EUR', holder: 'Berth', iban: 'DE89370400440532013000' }] },
  inputs: {
    start_payment: [
      {
        ...{ payment_id: 'pay_1', idempotency_key: 'pay_1:1', amount, client, locale: 'en' },
        ...{ description: 'Invoice INV-1', document: 'INV2026000123', save_method: false },
        ...{ return_url: 'https://shop.example/back', cancel_url: 'https://shop.example/cancelled' },
      },
    ],
    refund: [
      {
        ...{ refund_id: 'ref_1', idempotency_key: 'ref_1:1', reference: 'RF98INV2026000123' },
        ...{ amount, reason: 'Goodwill' },
      },
    ],
    test_connection: [{}],
  },
} satisfies Conformance
