import {
  definePlugin,
  jsonApi,
  type MoneyJson,
  type PaymentOutcome,
  type SavedMethod,
  urlPath,
} from '../../sdk/index.ts'

interface Payment {
  id: string
  status: 'paid' | 'open' | 'declined'
  amount: MoneyJson
  page: string
}
type Card = { id: string; last4: string } | { error: string }

export default definePlugin({
  gateway: ({ secret, settings }) => {
    const headers = { authorization: `Bearer ${secret.header('api_key')}` }
    const api = jsonApi('https://api.cards.example.com/v1', headers)
    /** An open payment waits for a card: in our frame where the page can show one, else at the provider. */
    const outcomeOf = (payment: Payment | undefined, canEmbed = true): PaymentOutcome => {
      if (payment === undefined) return { outcome: 'absent' }
      const { id: reference, amount, page: url } = payment
      if (payment.status === 'paid') return { outcome: 'succeeded', reference, amount }
      if (payment.status === 'declined')
        return { ...DECLINED, outcome: 'declined', reference, message: 'The card was declined.' }
      const frame = canEmbed ? { embed: { data: String(settings['public_key']), height: 120 } } : {}
      return { outcome: 'needs_client', reference, url, ...frame }
    }
    return {
      async start_payment({ idempotency_key, amount, payment_id, can_embed = false }) {
        const body = { amount, ours: payment_id }
        return outcomeOf(await api.post('/payments', body, idempotency_key), can_embed)
      },
      /** The token is worth what the provider says of it, once. */
      async confirm_payment({ idempotency_key, reference, token }) {
        return outcomeOf(await api.post(urlPath`/payments/${reference}/card`, { token }, idempotency_key))
      },
      async look_up({ payment_id, reference }) {
        const ours = urlPath`/payments/of/${payment_id}`
        return outcomeOf(await api.get(reference ? urlPath`/payments/${reference}` : ours))
      },
      async start_setup({ idempotency_key, can_embed = false }) {
        return outcomeOf(await api.post('/setups', {}, idempotency_key), can_embed)
      },
      async confirm_setup({ idempotency_key, reference, token }) {
        const card = await api.post<Card>(urlPath`/setups/${reference}/card`, { token }, idempotency_key)
        if (card === undefined || 'error' in card)
          return { outcome: 'declined', message: 'The card was declined.' }
        return { outcome: 'saved', method: methodOf(card.id, card.last4) }
      },
    }
  },
})

const DECLINED = { code: 'declined', retry: 'new_method' } as const

const methodOf = (reference: string, last4: string): SavedMethod => ({
  ...{ reference, kind: 'card', last4 },
  label: `Card ${last4}`,
})
