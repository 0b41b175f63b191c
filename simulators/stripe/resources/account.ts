import { text } from '../inbound/fields.ts'
import { page, pageFields } from '../inbound/lists.ts'
import { route } from '../inbound/route.ts'
import type { World } from '../world.ts'
import { find } from '../world.ts'

/** What is about the account itself: its balance and its events. */
export const accountRoutes = [
  route('GET /v1/balance', {}, (world) => ({
    object: 'balance',
    available: available(world),
    livemode: false,
    pending: [{ amount: 0, currency: 'usd', source_types: { card: 0 } }],
  })),
  route('GET /v1/events', { ...pageFields, type: text() }, (world, params) => {
    const all = [...world.events.values()]
    const wanted = all.filter((event) => params.type === undefined || event.type === params.type)
    return page(wanted, params, '/v1/events')
  }),
  route('GET /v1/events/:id', {}, (world, _, id) => find(world, 'events', id)),
]

function available(world: World) {
  const sums = new Map<string, number>([['usd', 0]])
  for (const { currency, net } of world.balanceTransactions.values()) {
    sums.set(currency, (sums.get(currency) ?? 0) + net)
  }
  return [...sums].map(([currency, amount]) => ({ amount, currency, source_types: { card: amount } }))
}
