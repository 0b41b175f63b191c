import { definePlugin } from '../../sdk/index.ts'
import { RATES } from './rates.ts'

const NONE = { taxes: [], treatment: 'out_of_scope' as const }

export default definePlugin({
  tax: ({ settings }) => ({
    /** Pure: the table, the settings and the question decide. Throws for a state that it does not know. */
    determine({ buyer: { place }, lines }) {
      const state = place.country === 'US' ? (place.state ?? '') : null
      const collects = state !== null && (settings['nexus'] as string[]).includes(state)
      const rates = collects ? RATES[state] : undefined
      if (collects && !rates) throw new Error(`no rates for ${state}`)
      const [, local] =
        Object.entries(rates?.local ?? {}).find(([zip]) => place.postcode?.startsWith(zip)) ?? []
      return Promise.resolve({
        lines: lines.map(({ key, tax_class }) => {
          if (!rates) return { key, ...NONE }
          if (rates.free?.includes(tax_class)) return { key, taxes: [], treatment: 'exempt' as const }
          const named = [{ name: `${state} sales tax`, rate: rates.rate }, ...(local ? [local] : [])]
          const taxes = named.map(({ name, rate }) => ({ name, rate_ppm: rate, compound: false }))
          return { key, taxes, treatment: 'standard' as const }
        }),
        notes: [],
      })
    },
  }),
})
