import {
  definePlugin,
  type GatewayMovement,
  jsonApi,
  jsonObject,
  type MoneyJson,
  type PaymentOutcome,
  urlPath,
} from '../../sdk/index.ts'

interface Payment {
  id: string
  status: 'paid' | 'open' | 'declined'
  amount: MoneyJson
  page?: string
  /** Of a refund: below zero where a part of the payment's fee comes back. */
  fee?: MoneyJson
}

/** A change of our balance; `of` is the payment or refund that moved. */
type Movement = Record<'amount' | 'fee', MoneyJson> & Record<'id' | 'kind' | 'of' | 'day', string>

type Payout = { id: string; amount: MoneyJson; state: 'paid'; arrives: string; movements: Movement[] }

export default definePlugin({
  gateway: ({ secret }) => {
    const headers = { authorization: `Bearer ${secret.header('api_key')}` }
    const api = jsonApi('https://pay.example.com/v1', headers)
    const pay = async (key: string, body: object) => outcomeOf(await api.post('/payments', body, key))
    return {
      start_payment: ({ idempotency_key, amount, payment_id, return_url }) =>
        pay(idempotency_key, { amount, ours: payment_id, return_url }),
      charge_method: ({ idempotency_key, amount, payment_id, method }) =>
        pay(idempotency_key, { amount, ours: payment_id, method }),
      async look_up({ payment_id, reference }) {
        const ours = urlPath`/payments/of/${payment_id}`
        return outcomeOf(await api.get(reference ? urlPath`/payments/${reference}` : ours))
      },
      async refund({ idempotency_key, reference, amount }) {
        const refund = await api.post<Payment>('/refunds', { payment: reference, amount }, idempotency_key)
        if (!refund)
          return { outcome: 'failed', code: 'unknown_payment', message: 'There is no such payment.' }
        return { outcome: 'succeeded', reference: refund.id, ...(refund.fee ? { fee: refund.fee } : {}) }
      },
      /** What customers had saved before the shop came here, for staff to take over: read, never made. */
      async find_methods({ rows }) {
        const answers = rows.map(async ({ customer, method: wanted }) => {
          const saved = await api.get<Record<'id' | 'name', string>[]>(
            urlPath`/customers/${customer}/methods`,
          )
          if (saved === undefined) return { outcome: 'absent' as const }
          const methods = saved
            .filter(({ id }) => wanted === undefined || id === wanted)
            .map(({ id, name }) => ({ reference: id, customer, kind: 'card', label: name }))
          return { outcome: 'found' as const, customer, methods }
        })
        return { answers: await Promise.all(answers) }
      },
      /** The message only says where to look: what counts is what the gateway answers when asked. */
      async handle_event({ body }) {
        const { payment: id } = jsonObject(body)
        if (typeof id !== 'string') return { facts: [{ fact: 'ignored', reason: 'It names no payment.' }] }
        return { facts: [{ fact: 'payment', result: outcomeOf(await api.get(urlPath`/payments/${id}`)) }] }
      },
      /** Everything that moved our balance, with what the gateway kept: core books each once, by its reference. */
      async fee_report({ from, until }) {
        const movements = await api.get<Movement[]>(urlPath`/movements?from=${from}&until=${until}`)
        return { fees: (movements ?? []).map(movementOf) }
      },
      /** What went to the bank, with the movements that it is made of. */
      async list_payouts({ from, until }) {
        const payouts = (await api.get<Payout[]>(urlPath`/payouts?from=${from}&until=${until}`)) ?? []
        return {
          payouts: payouts.map(({ id, movements, amount, state, arrives }) => ({
            ...{ reference: id, amount, fee: { ...amount, minor: '0' }, arrives_on: arrives },
            ...{ status: state, items: movements.map(movementOf), itemised: true },
          })),
        }
      },
      async balances() {
        const amount = await api.get<MoneyJson>('/balance')
        return { balances: amount ? [{ kind: 'available', amount }] : [] }
      },
    }
  },
})

const movementOf = ({ id, kind, of, amount, fee, day }: Movement): GatewayMovement => ({
  ...{ reference: id, kind, of, amount, fee, on: day },
})

function outcomeOf(payment: Payment | undefined): PaymentOutcome {
  if (payment === undefined) return { outcome: 'absent' }
  const { id: reference, amount, status, page: url } = payment
  if (status === 'paid') return { outcome: 'succeeded', reference, amount }
  const no = { code: 'declined', message: 'The card was declined.', retry: 'new_method' } as const
  if (status === 'declined') return { outcome: 'declined', reference, ...no }
  return url ? { outcome: 'needs_client', reference, url } : { outcome: 'pending', reference }
}
