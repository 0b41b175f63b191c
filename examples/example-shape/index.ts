import { definePlugin } from '../../sdk/index.ts'

export default definePlugin({
  shape: ({ settings }) => ({
    /** Pure: the preview and the invoice ask the same and get the same. */
    'invoice.lines:shape': ({ lines }) => {
      const net = lines.reduce((sum, { amount_minor }) => sum + BigInt(amount_minor), 0n)
      const small = net > 0n && net < BigInt(String(settings['below_minor']))
      const fee = {
        kind: 'fee' as const,
        description: 'Handling',
        amount_minor: String(settings['fee_minor']),
      }
      return Promise.resolve({ add: small ? [fee] : [] })
    },
  }),
})
