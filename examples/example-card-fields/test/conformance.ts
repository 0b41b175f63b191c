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
const page = { outcome: 'needs_client', reference: 'p_1', url: 'https://cards.example.com/pay' }
const embed = { data: 'pk_1', height: 120 }

export default {
  settings: { public_key: 'pk_1' },
  secrets: { api_key: 'key' },
  hosts: ['api.cards.example.com'],
  company: cardsCompany,
  inputs: {
    start_payment: [{ ...start, can_embed: true }, { ...start }],
    look_up: [{ payment_id: 'pay_9', idempotency_key: 'pay_9:1' }],
    start_setup: [{ ...setup, can_embed: true }, { ...setup }],
  },
  answers: {
    start_payment: [{ ...page, embed }, page],
    look_up: [{ outcome: 'absent' }],
    start_setup: [{ ...page, embed }, page],
  },
} satisfies Conformance
