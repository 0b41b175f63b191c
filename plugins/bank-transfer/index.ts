import { definePlugin } from '../../sdk/index.ts'
import { readSettings } from './settings.ts'
import { startPayment } from './start-payment.ts'
import { testConnection } from './test-connection.ts'

export default definePlugin({
  gateway: ({ settings }) => ({
    start_payment: (input) => Promise.resolve(startPayment(readSettings(settings), input)),
    refund: () =>
      Promise.resolve({
        outcome: 'not_supported',
        message: 'A transfer cannot be called back. Send the money from your bank and record it here.',
      }),
    test_connection: () => Promise.resolve(testConnection(readSettings(settings))),
  }),
})
