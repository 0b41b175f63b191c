import {
  allocatedTo,
  issueInvoice,
  refundInvoice,
  suspectInvoices,
  takeBackInvoice,
} from '../../billing/index.ts'
import { sql } from '../../db/index.ts'
import { assert } from '../../kernel/index.ts'
import {
  expireQuotes,
  orderConsumers,
  quoteJobs,
  remindLeftCarts,
  type OrderDeps,
} from '../../orders/index.ts'
import type { Means } from '../../records/index.ts'
import { createServices, endServices, suspectServices, trustServices } from '../../services/index.ts'
import type { Area } from '../areas.ts'
import { words } from './words.ts'

export const ordersArea: Area = {
  name: 'orders',
  jobs: ({ means }) => quoteJobs({ ...means, translator: (locale) => words().translator(locale) }),
  consumers: ({ means }) => orderConsumers(means),
  schedules: ({ means }) => [
    // Every hour, because days end at different hours in different zones.
    {
      name: 'orders.expire_quotes',
      cron: '25 * * * *',
      run: async () => ({ expired: await expireQuotes(means) }),
    },
    {
      name: 'orders.remind_left_carts',
      cron: '*/15 * * * *',
      run: async () => ({ sent: await remindLeftCarts(means) }),
    },
  ],
}

/** What orders ask of billing and services, in their own transaction. */
export function orderDeps(means: Means): OrderDeps {
  return {
    means,
    createServices: async (of, trx, specs, actor) =>
      (await createServices(of, trx, specs, actor)).map((id) => ({ id })),
    endServices,
    refundInvoice,
    suspectServices: async (of, trx, act, actor) => {
      await suspectServices(of, trx, act, actor)
      await suspectInvoices(of, trx, act)
    },
    trustServices: async (of, trx, act, actor) => {
      await trustServices(of, trx, act, actor)
      await suspectInvoices(of, trx, act)
    },
    issueInvoice: async (of, trx, draft, actor) => {
      const { id, tax_minor, total_minor } = await issueInvoice(of, trx, draft, actor)
      return { id, taxMinor: tax_minor, totalMinor: total_minor }
    },
    takeBackInvoice,
    invoiceStanding: async (queries, invoiceId) => {
      const row = await queries.get<{ status: string }>(
        sql`select status from invoices where id = ${invoiceId}`,
      )
      assert(row, `invoice ${invoiceId} exists`)
      return { status: row.status, paidMinor: (await allocatedTo(queries, [invoiceId])).get(invoiceId) ?? 0n }
    },
  }
}
