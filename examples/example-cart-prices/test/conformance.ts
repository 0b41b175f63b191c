import type { Conformance } from '../../../sdk/test-kit/index.ts'

const item = (amount_minor: string) => ({
  ...{ product_id: 'prd_1', cycle: '1m', quantity: 1, tax_class: 'standard', amount_minor },
})
const cart = (...amounts: string[]) => ({
  ...{ brand_id: 'brd_1', client_id: null, currency: 'EUR', items: amounts.map(item), lines: [] },
})

export default {
  settings: { from_items: 2, percent: 10 },
  inputs: { 'cart.prices:shape': [cart('599'), cart('599', '1000')] },
  answers: {
    'cart.prices:shape': [
      { add: [] },
      {
        add: [
          {
            ...{ kind: 'discount', cause: 'several_products', description: 'Several products at once' },
            amount_minor: '-159',
          },
        ],
      },
    ],
  },
} satisfies Conformance
