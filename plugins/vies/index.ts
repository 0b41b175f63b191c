import { definePlugin } from '../../sdk/index.ts'
import { askVies } from './ask-vies.ts'
import { testConnection } from './test-connection.ts'

export default definePlugin({
  tax: (context) => ({
    validate_tax_id: (input) => askVies(context, input),
    test_connection: () => testConnection(context),
  }),
})
