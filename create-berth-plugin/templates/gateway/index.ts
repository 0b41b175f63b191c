import { definePlugin, type PaymentOutcome, type PluginContext } from '@berth/sdk'

const API = 'https://api.acme-pay.example/v1'

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
  gateway: (context) => ({
    async start_payment(input) {
      const payment = await acme<Payment>(context, 'POST', '/payments', {
        // The key makes a repeat of this call find the same payment, not make a second one.
        key: input.idempotency_key,
        body: {
          reference: input.payment_id,
          amount: input.amount.minor,
          currency: input.amount.currency,
          return_url: input.return_url,
        },
      })
      context.log.info('A payment was opened.', { id: payment.id })
      return outcomeOf(payment)
    },

    async look_up({ payment_id }) {
      const found = await acme<Payment[]>(
        context,
        'GET',
        `/payments?reference=${encodeURIComponent(payment_id)}`,
      )
      return found[0] ? outcomeOf(found[0]) : { outcome: 'absent' }
    },

    async refund({ reference, amount, idempotency_key }) {
      const path = `/payments/${encodeURIComponent(reference)}/refunds`
      const { id } = await acme<{ id: string }>(context, 'POST', path, {
        key: idempotency_key,
        body: { amount: amount.minor },
      })
      return { outcome: 'succeeded', reference: id }
    },

    async handle_event({ body }) {
      const event = JSON.parse(body) as { payment?: string } | null
      if (!event?.payment) return { facts: [] }
      // Events come late, twice and out of order: what counts is what the provider says now.
      const payment = await acme<Payment>(context, 'GET', `/payments/${encodeURIComponent(event.payment)}`)
      return { facts: [{ fact: 'payment', payment_id: payment.reference, result: outcomeOf(payment) }] }
    },

    async test_connection() {
      await acme(context, 'GET', '/payments?reference=none')
      return { ok: true, steps: [{ name: 'api_key', ok: true, detail: 'Acme Pay takes the key.' }] }
    },
  }),
})

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

/** Asks Acme Pay. Throws whenever there is no clear answer: core then asks `look_up` before it tries again. */
async function acme<T>(
  context: PluginContext,
  method: 'GET' | 'POST',
  path: string,
  { key, body }: { key?: string; body?: object } = {},
): Promise<T> {
  const response = await fetch(API + path, {
    method,
    headers: {
      authorization: `Bearer ${context.secret.header('api_key')}`,
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...(key ? { 'idempotency-key': key } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  if (!response.ok) throw new Error(`Acme Pay answered ${response.status} to ${method} ${path}.`)
  return (await response.json()) as T
}
