import type { Conformance } from '../../../sdk/test-kit/index.ts'

const form = (answers: Record<string, string>) => ({
  ...{ brand_id: 'brd_1', client_id: null, product_id: 'prd_1', cycle: '1m', fields: [], answers },
})
const question = {
  ...{ key: 'purchase_order', label: 'Purchase order', hint: 'Begins with PO-', kind: 'text' },
  required: false,
}
const refusal = { key: 'purchase_order', reason: 'must begin with PO-' }

export default {
  settings: { prefix: 'PO-' },
  inputs: {
    'order.form:shape': [form({}), form({ purchase_order: '17' }), form({ purchase_order: 'PO-17' })],
  },
  answers: {
    'order.form:shape': [
      { ask: [question], refuse: [] },
      { ask: [question], refuse: [refusal] },
      { ask: [question], refuse: [] },
    ],
  },
} satisfies Conformance
