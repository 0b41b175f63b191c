import { page, pageFields } from '../inbound/lists.ts'
import { text } from '../inbound/fields.ts'
import { route } from '../inbound/route.ts'
import { find } from '../world.ts'

const listFields = { ...pageFields, customer: text(), payment_intent: text() }

export const chargeRoutes = [
  route('GET /v1/charges', listFields, (world, params) => {
    const wanted = [...world.charges.values()].filter((charge) =>
      (['customer', 'payment_intent'] as const).every(
        (name) => params[name] === undefined || charge[name] === params[name],
      ),
    )
    return page(wanted, params, '/v1/charges')
  }),
  route('GET /v1/charges/:id', {}, (world, _, id) => find(world, 'charges', id)),
  route('GET /v1/balance_transactions/:id', {}, (world, _, id) => find(world, 'balanceTransactions', id)),
]
