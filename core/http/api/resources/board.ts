import { countAll, needsPerson, openByCurrency } from '../../admin/board-figures.ts'
import { amount } from '../amount.ts'
import type { Endpoint } from '../endpoint.ts'

export const boardEndpoints: readonly Endpoint[] = [
  {
    ...{ id: 'getBoard', method: 'get', path: '/board', tag: 'board' },
    summary: 'Read what waits for a person, what is open, and how many there are of what; days are in UTC',
    ...{ permission: 'board.read', audience: ['staff'] },
    status: 200,
    answer: { one: 'Board' },
    async handle({ deps, actor }) {
      const asking = { means: deps, actor, today: deps.business.today('UTC') }
      const { clients, services, orders } = await countAll(asking)
      const open = await openByCurrency(asking)
      return {
        ...{ clients, services, orders_this_month: orders },
        open: open.map((row) => ({
          ...{ unpaid: row.unpaid, unpaid_amount: amount(row.unpaid_minor, row.currency) },
          ...{ overdue: row.overdue, overdue_amount: amount(row.overdue_minor, row.currency) },
        })),
        waiting: (await needsPerson(asking)).filter(({ entries }) => entries > 0),
      }
    },
  },
]
