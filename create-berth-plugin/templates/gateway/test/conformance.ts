import { companyAt, type Conformance } from '@berth/sdk/test-kit'
import { openCompany } from './company.ts'

const client = { id: 'cli_1', name: 'Ada Quay', email: 'ada@client.example', locale: 'en' }
const amount = { minor: '1190', currency: 'EUR' }
/** Two paid payments and a declined one stand at the company before the kit asks for anything. */
async function openSeeded() {
  const company = await openCompany()
  for (const reference of ['pay_7', 'pay_8', 'pay_declined'])
    await fetch(`${company.url}/v1/payments`, {
      method: 'POST',
      headers: { authorization: 'Bearer test-key', 'idempotency-key': reference },
      body: JSON.stringify({ reference, amount: amount.minor, currency: amount.currency }),
    })
  for (const { id, reference } of company.payments) {
    const how = reference === 'pay_declined' ? '?declined' : ''
    await fetch(`${company.url}/pay/${id}${how}`, { redirect: 'manual' })
  }
  return company
}

const event = (payment: string) => ({ body: JSON.stringify({ payment }), headers: {}, verified: true })

/** What the conformance kit plays with this plugin: inputs that must be answered, and the answers where they are known. */
export default {
  secrets: { api_key: 'test-key', webhook_secret: 'test-secret' },
  hosts: ['api.acme-pay.example'],
  async company() {
    const { url, payments, close } = await openSeeded()
    return companyAt(url, { made: () => payments.length, close })
  },
  inputs: {
    start_payment: [
      {
        ...{ payment_id: 'pay_1', idempotency_key: 'start/pay_1', amount, client, locale: 'en' },
        ...{ description: 'Invoice 7', document: '7', save_method: false },
        ...{ return_url: 'https://shop.example/back', cancel_url: 'https://shop.example/cancelled' },
      },
    ],
    look_up: [{ payment_id: 'pay_9', idempotency_key: 'start/pay_9' }],
    refund: [
      {
        ...{ refund_id: 'ref_1', idempotency_key: 'refund/ref_1', reference: 'ac_1' },
        ...{ amount: { minor: '500', currency: 'EUR' }, reason: 'Goodwill' },
      },
    ],
  },
  answers: { look_up: [{ outcome: 'absent' }] },
  /** At these the company declines: the plugin says so, with the reason, and never throws it. */
  declines: {
    look_up: [
      {
        input: { payment_id: 'pay_declined', idempotency_key: 'start/pay_declined' },
        says: { code: 'declined', retry: 'new_method' },
      },
    ],
    handle_event: [{ input: event('ac_3'), says: { retry: 'new_method' } }],
  },
  events: [event('ac_1'), event('ac_2')],
} satisfies Conformance
