import type { Conformance } from '../../../sdk/test-kit/index.ts'
import { cardsCompany } from './cards-company.ts'

const client = { id: 'cli_1', name: 'Ann', email: 'ann@client.example', locale: 'en' }
const urls = { return_url: 'https://shop.example/back', cancel_url: 'https://shop.example/no' }
const amount = { minor: '4900', currency: 'EUR' }
const start = {
  ...{ payment_id: 'pay_1', idempotency_key: 'pay_1:1', amount, description: 'Invoice 1', document: 'INV-1' },
  ...{ client, ...urls, save_method: false, locale: 'en' },
}
const setup = { idempotency_key: 'setup_1', client, currency: 'EUR', ...urls, locale: 'en' }
const page = { outcome: 'needs_client', reference: 'p_5', url: 'https://cards.example.com/pay' }
const embed = { data: 'pk_1', height: 120 }

/** Two payments and two setups wait (p_1 to p_4), each for a token of its own: the odd ones of a good card. */
function seeded() {
  const company = cardsCompany()
  const post = (path: string, body: object) =>
    company.answer({
      ...{ method: 'POST', path, host: 'api.cards.example.com', body: JSON.stringify(body) },
      headers: { 'idempotency-key': `seed ${company.made()}` },
    })
  for (const path of ['/v1/payments', '/v1/payments', '/v1/setups', '/v1/setups'])
    void post(path, path.endsWith('payments') ? { amount } : {})
  for (const number of [GOOD, BAD, GOOD, BAD]) void post('/v1/tokens', { key: 'pk_1', number })
  return company
}

const [GOOD, BAD] = ['4242424242424242', '5555555555554444']
const confirmed = (n: number) => ({ idempotency_key: `confirm_${n}`, reference: `p_${n}`, token: `tok_${n}` })
const confirmPayment = (n: number) => ({ ...confirmed(n), payment_id: `pay_${n}`, amount })
const confirmSetup = (n: number) => ({ ...confirmed(n), client })
const saved = { reference: `card_${GOOD}`, kind: 'card', last4: '4242', label: 'Card 4242' }

export default {
  settings: { public_key: 'pk_1' },
  secrets: { api_key: 'key' },
  hosts: ['api.cards.example.com'],
  company: seeded,
  inputs: {
    start_payment: [{ ...start, can_embed: true }, { ...start }],
    confirm_payment: [confirmPayment(1)],
    confirm_setup: [confirmSetup(3)],
    look_up: [{ payment_id: 'pay_9', idempotency_key: 'pay_9:1' }],
    start_setup: [{ ...setup, can_embed: true }, { ...setup }],
  },
  answers: {
    start_payment: [{ ...page, embed }, page],
    confirm_payment: [{ outcome: 'succeeded', reference: 'p_1', amount }],
    confirm_setup: [{ outcome: 'saved', method: saved }],
    look_up: [{ outcome: 'absent' }],
    start_setup: [{ ...page, embed }, page],
  },
  declines: {
    confirm_payment: [{ input: confirmPayment(2), says: { code: 'declined', retry: 'new_method' } }],
    confirm_setup: [{ input: confirmSetup(4), says: { outcome: 'declined' } }],
  },
} satisfies Conformance
