import { companyAt, openTestInstance, strictGateway, type Conformance } from '../../../sdk/test-kit/index.ts'
import { startStripe } from '../../../simulators/stripe/index.ts'
import plugin from '../index.ts'
import { ANN, charge, eur, narrowed, NOW, payment, payOnPage, saveCard, setup, stored } from './open-shop.ts'

/** A Stripe that knows a client with a good and a declining card, and one page on which somebody has paid. */
async function openSeeded() {
  const stripe = await startStripe({ clock: () => NOW, settleAfterMs: null, webhookRetryGapsMs: [5] })
  const { context, close } = openTestInstance({
    secrets: { api_key: stripe.secretKey, webhook_secret: 'whsec_shop' },
    outbound: { 'https://api.stripe.com': stripe.url },
  })
  const shop = { stripe, gateway: strictGateway(plugin, context), lines: [] }
  const { customer, method: good } = await saveCard(shop)
  const bad = stripe.control.saveCard({ customer, number: '4000000000000341', setUp: false }).id
  const empty = stripe.control.saveCard({ customer, number: '4000000000009995', setUp: false }).id
  await payOnPage(shop, '4242424242424242', { payment_id: 'pay_8', idempotency_key: 'pay_8:1' })
  const held = (id: string) =>
    shop.gateway.authorise(charge({ customer, method: good }, { payment_id: id, idempotency_key: `${id}:1` }))
  const reserved = narrowed(await held('pay_7'), 'authorised').reference
  const unwanted = narrowed(await held('pay_6'), 'authorised').reference
  const order = { customer, method: good, amount: 990, currency: 'eur', interval: 'month' as const }
  const agreement = stripe.control.subscribe(order).id
  stripe.control.renewSubscription({ subscription: agreement })
  stripe.control.payOut({ currency: 'eur' })
  close()
  return { stripe, customer, good, bad, empty, reserved, unwanted, agreement }
}

const DAYS = { from: '2026-11-01', until: '2026-12-01' }

/** The seed makes the same ids in every run, so this one tells those of all. */
const { stripe, customer, good, bad, empty, reserved, unwanted, agreement } = await openSeeded()
const { events, charges } = stripe.control.state()
const intent = String(charges[0]!.payment_intent)
await stripe.close()

const attempt = (method: string, id: string) =>
  charge({ customer, method }, { payment_id: id, idempotency_key: `${id}:1` })

export default {
  secrets: { api_key: 'sk_test_simulator', webhook_secret: 'whsec_shop' },
  hosts: ['api.stripe.com'],
  async company() {
    const opened = await openSeeded()
    const { control, url, close } = opened.stripe
    const made = () => control.state().charges.length + control.state().refunds.length
    return companyAt(url, { made, close })
  },
  inputs: {
    start_payment: [payment()],
    charge_method: [
      charge({ customer, method: good }, { payment_id: 'pay_2', idempotency_key: 'pay_2:1' }),
      charge({ customer, method: bad }, { payment_id: 'pay_3', idempotency_key: 'pay_3:1' }),
    ],
    authorise: [charge({ customer, method: good }, { payment_id: 'pay_4', idempotency_key: 'pay_4:1' })],
    capture: [
      { payment_id: 'pay_7', idempotency_key: 'pay_7:take', reference: reserved, amount: eur('4900') },
    ],
    void: [{ payment_id: 'pay_6', idempotency_key: 'pay_6:void', reference: unwanted }],
    look_up: [{ payment_id: 'pay_9', idempotency_key: 'pay_9:1' }],
    refund: [
      {
        ...{ refund_id: 'ref_1', idempotency_key: 'ref_1:1', reference: intent },
        ...{ amount: { minor: '1900', currency: 'EUR' }, reason: 'Goodwill' },
      },
    ],
    start_setup: [setup()],
    remove_method: [{ idempotency_key: 'remove_1', customer, method: good }],
    find_methods: [
      { rows: [{ customer }, { customer, method: bad }, { customer: 'cus_unknown' }] },
      { rows: [{ customer, method: 'pm_unknown' }] },
    ],
    test_connection: [{}],
    list_agreements: [{ from: '2026-11-01' }],
    cancel_agreement: [{ idempotency_key: 'agr_1:cancel', agreement }],
    list_payouts: [DAYS],
    fee_report: [DAYS],
    balances: [{}],
    fetch_transaction: [{ reference: intent }, { reference: 'pi_unknown' }],
  },
  answers: {
    look_up: [{ outcome: 'absent' }],
    find_methods: [undefined, { answers: [{ outcome: 'found', customer, email: ANN.email, methods: [] }] }],
    cancel_agreement: [{ outcome: 'done' }],
  },
  declines: {
    charge_method: [
      { input: attempt(bad, 'pay_10'), says: { outcome: 'declined', retry: 'later' } },
      { input: attempt(empty, 'pay_11'), says: { code: 'insufficient_funds', retry: 'later' } },
    ],
    authorise: [{ input: attempt(empty, 'pay_12'), says: { code: 'insufficient_funds', retry: 'later' } }],
  },
  events: events.map(stored),
} satisfies Conformance
