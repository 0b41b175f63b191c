import { definePlugin } from '../../sdk/index.ts'

export default definePlugin({
  currency_rates: () => ({
    async fetch_rates({ base, currencies, on }) {
      const response = await fetch(`https://bank.example.com/rates/${base}/${on ?? 'latest'}`)
      if (!response.ok) throw new Error(`The bank answered ${response.status}.`)
      const day = (await response.json()) as { on: string; rates: Record<string, string> }
      return {
        on: day.on,
        rates: currencies.flatMap((currency) => {
          const rate = day.rates[currency]
          return rate === undefined ? [] : [{ currency, rate }]
        }),
        missing: currencies.filter((currency) => day.rates[currency] === undefined),
      }
    },
  }),
})
