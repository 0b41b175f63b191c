import {
  definePlugin,
  type FoundMethods,
  type GatewayMovement,
  type PaymentOutcome,
} from '../../sdk/index.ts'

const API = 'https://pay.example.com/v1'

interface Payment {
  id: string
  status: 'paid' | 'open' | 'declined'
  amount: { minor: string; currency: string }
  page?: string
  /** Of a refund: below zero where a part of the payment's fee comes back. */
  fee?: Payment['amount']
}

interface Movement {
  id: string
  kind: 'payment' | 'refund'
  /** The payment or refund that moved. */
  of: string
  amount: Payment['amount']
  fee: Payment['amount']
  day: string
}

interface Saved {
  id: string
  name: string
}

interface Payout {
  id: string
  amount: Payment['amount']
  state: 'in_transit' | 'paid'
  arrives: string
  movements: Movement[]
}

export default definePlugin({
  gateway: ({ secret }) => {
    const ask = async <T = Payment>(path: string, body?: object, key = ''): Promise<T | undefined> => {
      const response = await fetch(API + path, {
        method: body ? 'POST' : 'GET',
        headers: { authorization: `Bearer ${secret.header('api_key')}`, 'idempotency-key': key },
        ...(body ? { body: JSON.stringify(body) } : {}),
      })
      if (response.status === 404) return undefined
      // What we do not understand we do not guess: core asks `look_up` afterwards.
      if (!response.ok) throw new Error(`The gateway answered ${response.status}.`)
      return (await response.json()) as T
    }
    return {
      async start_payment({ idempotency_key, amount, payment_id, return_url }) {
        return outcomeOf(await ask('/payments', { amount, ours: payment_id, return_url }, idempotency_key))
      },
      async charge_method({ idempotency_key, amount, payment_id, method }) {
        return outcomeOf(await ask('/payments', { amount, ours: payment_id, method }, idempotency_key))
      },
      async look_up({ payment_id, reference }) {
        return outcomeOf(await ask(reference ? `/payments/${reference}` : `/payments/of/${payment_id}`))
      },
      async refund({ idempotency_key, reference, amount }) {
        const refund = await ask('/refunds', { payment: reference, amount }, idempotency_key)
        return refund
          ? { outcome: 'succeeded', reference: refund.id, ...(refund.fee ? { fee: refund.fee } : {}) }
          : { outcome: 'failed', code: 'unknown_payment', message: 'The gateway does not know this payment.' }
      },
      /** What customers had saved before the shop came here, for staff to take over: read, never made. */
      async find_methods({ rows }) {
        const answers = []
        for (const { customer, method } of rows) {
          const saved = await ask<Saved[]>(`/customers/${encodeURIComponent(customer)}/methods`)
          answers.push(foundOf(customer, saved, method))
        }
        return { answers }
      },
      /** The message only says where to look: what counts is what the gateway answers when asked. */
      async handle_event({ body }) {
        const id = paymentIn(body)
        if (id === undefined) return { facts: [{ fact: 'ignored', reason: 'It names no payment.' }] }
        return { facts: [{ fact: 'payment', result: outcomeOf(await ask(`/payments/${id}`)) }] }
      },
      /** Everything that moved our balance, with what the gateway kept: core books each once, by its reference. */
      async fee_report({ from, until }) {
        const movements = await ask<Movement[]>(`/movements?from=${from}&until=${until}`)
        return { fees: (movements ?? []).map(movementOf) }
      },
      /** What went to the bank, with the movements that it is made of. */
      async list_payouts({ from, until }) {
        const payouts = (await ask<Payout[]>(`/payouts?from=${from}&until=${until}`)) ?? []
        return {
          payouts: payouts.map(({ id, movements, amount, state, arrives }) => ({
            ...{ reference: id, amount, fee: { ...amount, minor: '0' }, arrives_on: arrives },
            ...{ status: state, items: movements.map(movementOf), itemised: true },
          })),
        }
      },
      async balances() {
        const amount = await ask<Payment['amount']>('/balance')
        return { balances: amount ? [{ kind: 'available', amount }] : [] }
      },
    }
  },
})

function foundOf(
  customer: string,
  saved: Saved[] | undefined,
  wanted: string | undefined,
): FoundMethods['answers'][number] {
  if (saved === undefined) return { outcome: 'absent' }
  const methods = saved
    .filter(({ id }) => wanted === undefined || id === wanted)
    .map(({ id, name }) => ({ reference: id, customer, kind: 'card', label: name }))
  return { outcome: 'found', customer, methods }
}

const movementOf = ({ id, kind, of, amount, fee, day }: Movement): GatewayMovement => ({
  ...{ reference: id, kind, of, amount, fee, on: day },
})

function outcomeOf(payment: Payment | undefined): PaymentOutcome {
  if (payment === undefined) return { outcome: 'absent' }
  const { id: reference, amount } = payment
  if (payment.status === 'paid') return { outcome: 'succeeded', reference, amount }
  if (payment.status === 'declined')
    return {
      outcome: 'declined',
      reference,
      code: 'declined',
      message: 'The card was declined.',
      retry: 'new_method',
    }
  return payment.page
    ? { outcome: 'needs_client', reference, url: payment.page }
    : { outcome: 'pending', reference }
}

function paymentIn(body: string): string | undefined {
  try {
    const event = JSON.parse(body) as { payment?: unknown } | null
    return typeof event?.payment === 'string' ? encodeURIComponent(event.payment) : undefined
  } catch {
    return undefined
  }
}
