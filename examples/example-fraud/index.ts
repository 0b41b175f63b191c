import { definePlugin } from '../../sdk/index.ts'

const RULES: readonly [code: string, points: number, text: string][] = [
  ['disputed', 70, 'A payment of this client was disputed before.'],
  ['first_order', 10, 'This is the first order of the client.'],
  ['no_country', 20, 'The client names no country.'],
]

export default definePlugin({
  fraud: () => ({
    score({ client, orders_paid, disputes }) {
      const holds: Record<string, boolean> = {
        disputed: disputes > 0,
        first_order: orders_paid === 0,
        no_country: client.country === undefined,
      }
      const met = RULES.filter(([code]) => holds[code])
      const score = Math.min(
        100,
        met.reduce((sum, [, points]) => sum + points, 0),
      )
      const advice = score >= 70 ? 'reject' : score >= 30 ? 'review' : 'accept'
      return Promise.resolve({ score, advice, reasons: met.map(([code, , text]) => ({ code, text })) })
    },
  }),
})
