import { definePlugin } from '../../sdk/index.ts'

export default definePlugin({
  tax: ({ settings }) => ({
    /** Pure: nothing but the question and the settings decides. */
    determine({ seller, buyer, lines }) {
      const abroad = buyer.place.country !== seller.place.country
      const reversed = abroad && buyer.kind === 'company' && buyer.tax_id_valid
      const taxes = reversed ? [] : [{ name: 'VAT', rate_ppm: Number(settings['rate_ppm']), compound: false }]
      const treatment = reversed ? 'reverse_charge' : 'standard'
      return Promise.resolve({
        lines: lines.map(({ key }) => ({ key, taxes, treatment })),
        notes: reversed ? ['Reverse charge: the recipient owes the tax.'] : [],
      })
    },
    validate_tax_id({ country, tax_id }) {
      return Promise.resolve(
        tax_id.startsWith(country)
          ? { outcome: 'unknown', reason: 'Its form is right; no register was asked.' }
          : { outcome: 'invalid', reason: `It does not begin with ${country}.` },
      )
    },
  }),
})
