import { sql } from '../../../core/db/index.ts'
import type { Break } from './broken.ts'

const RECOMPUTED = 'tax of a document is its rate on what is taxed'

/** What the taxes of documents are recomputed from. */
export const taxBreaks: readonly Break[] = [
  {
    check: 'tax of an outside service is what it answered',
    break: async ({ trx, ids }) => {
      await trx.run(sql`update invoices set evidence = '{"tax_answer":"gone"}' where id = ${ids.open}`)
      return ids.open
    },
  },
  {
    // Line, table and document agree with each other, and none with the rate.
    check: RECOMPUTED,
    break: async ({ trx, ids }) => {
      await trx.run(sql`update invoice_lines set tax_minor = tax_minor + 1 where id = ${ids.line}`)
      await trx.run(sql`update invoice_taxes set tax_minor = tax_minor + 1 where invoice_id = ${ids.open}`)
      await trx.run(
        sql`update invoices set tax_minor = tax_minor + 1, total_minor = total_minor + 1 where id = ${ids.open}`,
      )
      return ids.open
    },
  },
  {
    check: RECOMPUTED,
    break: async ({ trx, ids }) => {
      await trx.run(sql`update invoice_taxes set net_minor = net_minor - 1 where invoice_id = ${ids.open}`)
      return ids.open
    },
  },
  {
    check: RECOMPUTED,
    break: async ({ trx, ids }) => {
      await trx.run(sql`update invoice_lines set tax_minor = tax_minor - 1 where invoice_id = ${ids.note}`)
      return ids.note
    },
  },
  {
    check: RECOMPUTED,
    break: async ({ trx, ids }) => {
      await trx.run(sql`delete from invoice_taxes where invoice_id = ${ids.note}`)
      return ids.note
    },
  },
]
