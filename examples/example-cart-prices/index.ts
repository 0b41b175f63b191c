import { definePlugin } from '../../sdk/index.ts'

export default definePlugin({
  shape: ({ settings }) => ({
    /** Pure: the cart and the order ask the same and get the same. Whole minor units, rounded down. */
    'cart.prices:shape': ({ items }) => {
      const sum = items.reduce((all, { amount_minor }) => all + BigInt(amount_minor), 0n)
      const off = (sum * BigInt(Number(settings['percent']))) / 100n
      const discount = {
        kind: 'discount' as const,
        cause: 'several_products',
        description: 'Several products at once',
        amount_minor: String(-off),
      }
      return Promise.resolve({
        add: items.length >= Number(settings['from_items']) && off > 0n ? [discount] : [],
      })
    },
  }),
})
