import { definePlugin, jsonApi, jsonObject, type PaymentOutcome, urlPath } from '@berth/sdk'

/** A payment as Acme Pay tells it. */
interface Payment {
  id: string
  status: 'open' | 'paid' | 'declined' | 'expired'
  /** Minor units: cents of a euro. */
  amount: string
  currency: string
  /** What we gave it: the id of our payment. */
  reference: string
  /** The page on which the client pays. */
  url: string
}

export default definePlugin({
  gateway: ({ log, secret }) => {
    // Throws whenever there is no clear answer: core then asks `look_up` before it tries again.
    const acme = jsonApi('https://api.acme-pay.example/v1', {
      authorization: `Bearer ${secret.header('api_key')}`,
    })
    return {
      async start_payment({ payment_id: reference, amount, return_url, idempotency_key }) {
        const wish = { reference, amount: amount.minor, currency: amount.currency, return_url }
        // The key makes a repeat of this call find the same payment, not make a second one.
        const payment = told(await acme.post<Payment>('/payments', wish, idempotency_key))
        log.info('A payment was opened.', { id: payment.id })
        return outcomeOf(payment)
      },

      async look_up({ payment_id }) {
        const found = told(await acme.get<Payment[]>(urlPath`/payments?reference=${payment_id}`))
        return found[0] ? outcomeOf(found[0]) : { outcome: 'absent' }
      },

      async refund({ reference, amount, idempotency_key }) {
        const path = urlPath`/payments/${reference}/refunds`
        const refund = await acme.post<{ id: string }>(path, { amount: amount.minor }, idempotency_key)
        return { outcome: 'succeeded', reference: told(refund).id }
      },

      async handle_event({ body }) {
        const { payment: id } = jsonObject(body)
        if (typeof id !== 'string' || id === '') return { facts: [] }
        // Events come late, twice and out of order: what counts is what the provider says now.
        const payment = told(await acme.get<Payment>(urlPath`/payments/${id}`))
        return { facts: [{ fact: 'payment', payment_id: payment.reference, result: outcomeOf(payment) }] }
      },

      async test_connection() {
        told(await acme.get('/payments?reference=none'))
        return { ok: true, steps: [{ name: 'api_key', ok: true, detail: 'Acme Pay takes the key.' }] }
      },
    }
  },
})

/** What Acme Pay says that it does not know (404) is no answer to any of these questions. */
function told<T>(answer: T | undefined): T {
  if (answer === undefined) throw new Error('Acme Pay does not know what it was asked for.')
  return answer
}

function outcomeOf({ id, status, amount, currency, url }: Payment): PaymentOutcome {
  switch (status) {
    case 'open':
      return { outcome: 'needs_client', reference: id, url }
    case 'paid':
      return { outcome: 'succeeded', reference: id, amount: { minor: amount, currency } }
    case 'declined':
      return {
        ...{ outcome: 'declined', reference: id, code: 'declined', retry: 'new_method' },
        message: 'The payment was declined.',
      }
    case 'expired':
      return { outcome: 'cancelled', reference: id, reason: 'The payment page expired.' }
  }
}
