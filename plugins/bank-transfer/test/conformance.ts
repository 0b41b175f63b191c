import type { Conformance } from '../../../sdk/test-kit/index.ts'

const client = { id: 'cli_1', name: 'Ann Client', email: 'ann@client.example', locale: 'en' }
const payment = (currency: string) => ({
  ...{ payment_id: 'pay_1', idempotency_key: 'pay_1:1', client, locale: 'en' },
  ...{ amount: { minor: '4900', currency }, description: 'Invoice INV-1' },
  ...{ document: 'INV2026000123', save_method: false },
  ...{ return_url: 'https://shop.example/back', cancel_url: 'https://shop.example/cancelled' },
})
const refund = {
  ...{ refund_id: 'ref_1', idempotency_key: 'ref_1:1', reference: 'RF98INV2026000123' },
  ...{ amount: { minor: '4900', currency: 'EUR' }, reason: 'Goodwill' },
}

export default {
  settings: { accounts: [{ currency: 'EUR', holder: 'Berth', iban: 'DE89370400440532013000' }] },
  inputs: {
    start_payment: [payment('EUR')],
    refund: [refund],
    test_connection: [{}],
  },
  declines: {
    start_payment: [{ input: payment('CHF'), says: { code: 'currency_not_supported', retry: 'new_method' } }],
    refund: [{ input: refund, says: { outcome: 'not_supported' } }],
  },
} satisfies Conformance
