import type { Conformance } from '../../../sdk/test-kit/index.ts'
const payments = () => {
  const made = new Map<string, { id: string; status: string; amount: unknown; page?: string }>()
  return {
    made: () => made.size,
    answer({
      method,
      path,
      headers,
      body,
    }: {
      method: string
      path: string
      headers: Record<string, string>
      body: string
    }) {
      if (method === 'GET') {
        const told = TOLD[path.split('?')[0]!]
        if (told) return { json: told }
        const found = [...made.values()].find(({ id }) => path.endsWith(`/${id}`))
        return found ? { json: found } : { status: 404 }
      }
      const key = headers['idempotency-key'] ?? ''
      const { amount, method: card, payment } = JSON.parse(body) as Record<string, string>
      if (payment === 'p_unknown') return { status: 404 }
      const status = card === 'card_declined' ? 'declined' : card || path === '/v1/refunds' ? 'paid' : 'open'
      const id = `p_${made.size + 1}`
      const kept = path === '/v1/refunds' ? { fee: eur('-5') } : {}
      const page = status === 'open' ? { page: 'https://pay.example.com/p' } : {}
      if (!made.has(key)) made.set(key, { id, status, amount, ...page, ...kept })
      return { json: made.get(key) }
    },
  }
}

const eur = (minor: string) => ({ minor, currency: 'EUR' })
const movement = {
  id: 'm_1',
  kind: 'payment',
  of: 'p_1',
  amount: eur('4900'),
  fee: eur('150'),
  day: '2026-01-15',
}
const TOLD: Readonly<Record<string, unknown>> = {
  '/v1/movements': [movement],
  '/v1/payouts': [
    { id: 'o_1', amount: eur('4750'), state: 'paid', arrives: '2026-01-17', movements: [movement] },
  ],
  '/v1/balance': eur('0'),
  '/v1/customers/c_1/methods': [
    { id: 'card_1', name: 'Visa 4242' },
    { id: 'card_2', name: 'Visa 1881' },
  ],
}
const found = { reference: 'card_2', customer: 'c_1', kind: 'card', label: 'Visa 1881' }
const days = { from: '2026-01-01', until: '2026-02-01' }
const told = {
  reference: 'm_1',
  kind: 'payment',
  of: 'p_1',
  amount: eur('4900'),
  fee: eur('150'),
  on: '2026-01-15',
}

const client = { id: 'cli_1', name: 'Ann', email: 'ann@client.example', locale: 'en' }
const attempt = (key: string) => ({
  payment_id: key,
  idempotency_key: `${key}:1`,
  amount: { minor: '4900', currency: 'EUR' },
  description: 'Invoice 1',
  document: 'INV-1',
  client,
  return_url: 'https://shop.example/back',
})
const event = (payment: string) => ({ body: JSON.stringify({ payment }), headers: {}, verified: true })

export default {
  secrets: { api_key: 'key' },
  hosts: ['pay.example.com'],
  company: payments,
  inputs: {
    charge_method: [
      { ...attempt('pay_1'), method: 'card_good' },
      { ...attempt('pay_2'), method: 'card_declined' },
    ],
    start_payment: [
      { ...attempt('pay_3'), save_method: false, locale: 'en', cancel_url: 'https://shop.example/no' },
    ],
    look_up: [{ payment_id: 'pay_9', idempotency_key: 'pay_9:1' }],
    refund: [
      {
        refund_id: 'ref_1',
        idempotency_key: 'ref_1:1',
        reference: 'p_1',
        amount: { minor: '100', currency: 'EUR' },
        reason: 'asked',
      },
    ],
    fee_report: [days],
    list_payouts: [days],
    balances: [{}],
    find_methods: [{ rows: [{ customer: 'c_1', method: 'card_2' }, { customer: 'c_9' }] }],
  },
  answers: {
    charge_method: [
      { outcome: 'succeeded', reference: 'p_1', amount: { minor: '4900', currency: 'EUR' } },
      {
        outcome: 'declined',
        reference: 'p_2',
        code: 'declined',
        message: 'The card was declined.',
        retry: 'new_method',
      },
    ],
    start_payment: [{ outcome: 'needs_client', reference: 'p_1', url: 'https://pay.example.com/p' }],
    look_up: [{ outcome: 'absent' }],
    refund: [{ outcome: 'succeeded', reference: 'p_1', fee: eur('-5') }],
    fee_report: [{ fees: [told] }],
    list_payouts: [
      {
        payouts: [
          {
            ...{ reference: 'o_1', amount: eur('4750'), fee: eur('0'), arrives_on: '2026-01-17' },
            ...{ status: 'paid', items: [told], itemised: true },
          },
        ],
      },
    ],
    find_methods: [
      {
        answers: [{ outcome: 'found', customer: 'c_1', methods: [found] }, { outcome: 'absent' }],
      },
    ],
    balances: [{ balances: [{ kind: 'available', amount: eur('0') }] }],
  },
  declines: {
    charge_method: [
      {
        input: { ...attempt('pay_5'), method: 'card_declined' },
        says: { code: 'declined', retry: 'new_method' },
      },
    ],
    refund: [
      {
        input: {
          ...{ refund_id: 'ref_2', idempotency_key: 'ref_2:1', reference: 'p_unknown' },
          ...{ amount: eur('100'), reason: 'asked' },
        },
        says: { code: 'unknown_payment' },
      },
    ],
  },
  events: [event('p_1'), event('p_2')],
} satisfies Conformance
