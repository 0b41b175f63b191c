import { definePlugin } from '../../sdk/index.ts'

export default definePlugin({
  shape: ({ settings }) => ({
    /** Called with what was typed: the question is the same each time, the refusal depends on the answer. */
    'order.form:shape': ({ answers }) => {
      const prefix = String(settings['prefix'])
      const given = answers['purchase_order'] ?? ''
      const question = {
        key: 'purchase_order',
        label: 'Purchase order',
        hint: `Begins with ${prefix}`,
        kind: 'text' as const,
        required: false,
      }
      const refusal = { key: 'purchase_order', reason: `must begin with ${prefix}` }
      const fits = given === '' || given.startsWith(prefix)
      return Promise.resolve({ ask: [question], refuse: fits ? [] : [refusal] })
    },
  }),
})
