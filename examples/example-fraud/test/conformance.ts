import type { Conformance } from '../../../sdk/test-kit/index.ts'
const question = (disputes: number) => ({
  order_id: 'ord_1',
  client: { id: 'cli_1', name: 'Ann', email: 'ann@client.example', locale: 'en', country: 'DE' },
  amount: { minor: '4900', currency: 'EUR' },
  client_since: '2026-01-01T00:00:00.000Z',
  orders_paid: 3,
  disputes,
  products: ['prd_1'],
})

export default {
  inputs: { score: [question(0), question(1)] },
  answers: {
    score: [
      { score: 0, advice: 'accept', reasons: [] },
      {
        score: 70,
        advice: 'reject',
        reasons: [{ code: 'disputed', text: 'A payment of this client was disputed before.' }],
      },
    ],
  },
} satisfies Conformance
