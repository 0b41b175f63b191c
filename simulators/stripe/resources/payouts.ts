import { choice, integer, object, text } from '../inbound/fields.ts'
import { page, pageFields } from '../inbound/lists.ts'
import { route } from '../inbound/route.ts'
import { find } from '../world.ts'

const range = object({ gt: integer(), gte: integer(), lt: integer(), lte: integer() })

interface Range {
  gt?: number | undefined
  gte?: number | undefined
  lt?: number | undefined
  lte?: number | undefined
}

const within = (at: number, { gt, gte, lt, lte }: Range = {}): boolean =>
  (gt === undefined || at > gt) &&
  (gte === undefined || at >= gte) &&
  (lt === undefined || at < lt) &&
  (lte === undefined || at <= lte)

const movementFields = {
  ...pageFields,
  ...{ created: range, currency: text(), payout: text(), source: text(), type: text() },
}

export const payoutRoutes = [
  route('GET /v1/balance_transactions', movementFields, (world, params) => {
    const inPayout =
      params.payout === undefined
        ? undefined
        : new Set(world.payoutItems.get(find(world, 'payouts', params.payout, 'payout').id))
    const wanted = [...world.balanceTransactions.values()].filter(
      (one) =>
        within(one.created, params.created) &&
        (inPayout === undefined || inPayout.has(one.id)) &&
        (['currency', 'source', 'type'] as const).every(
          (name) => params[name] === undefined || one[name] === params[name],
        ),
    )
    return page(wanted, params, '/v1/balance_transactions')
  }),
  route(
    'GET /v1/payouts',
    {
      ...pageFields,
      ...{ arrival_date: range, created: range },
      status: choice(['canceled', 'failed', 'in_transit', 'paid', 'pending']),
    },
    (world, params) => {
      const wanted = [...world.payouts.values()].filter(
        (one) =>
          within(one.created, params.created) &&
          within(one.arrival_date, params.arrival_date) &&
          (params.status === undefined || one.status === params.status),
      )
      return page(wanted, params, '/v1/payouts')
    },
  ),
  route('GET /v1/payouts/:id', {}, (world, _, id) => find(world, 'payouts', id)),
]
