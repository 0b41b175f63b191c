import { sql } from '../../../core/db/index.ts'
import { execute } from '../../../core/db/schema.ts'
import { bend, copied, first, journalOf, type Break } from './broken.ts'

/** Payments, refunds, months that are closed, and what holds the tables together. */
export const moneyBreaks: readonly Break[] = [
  {
    check: 'what is given up says so once',
    break: async ({ trx, ids, newId }) => {
      const of = { brand_id: ids.brand, client_id: ids.client, currency: 'EUR', amount_minor: 1n }
      const at = { created_at: '2026-02-01T00:00:00.000Z', recovered_at: null }
      await trx.insert('write_offs', [{ id: newId('wof'), invoice_id: ids.open, ...of, ...at }])
      return ids.open
    },
  },
  {
    check: 'loss of a client is what it leaves open of what was given up',
    break: async ({ trx, ids }) => {
      await trx.run(sql`update invoices set status = 'written_off' where id = ${ids.open}`)
      return ids.client
    },
  },
  {
    check: 'a proforma is owed and paid nothing',
    break: async ({ trx, ids }) => {
      await trx.run(sql`update invoices set proforma = 1 where id = ${ids.paid}`)
      return ids.paid
    },
  },
  {
    check: 'a deposit has one receipt over what came',
    break: async ({ trx, ids }) => {
      await trx.insert('receipts', [{ payment_id: ids.payment, invoice_id: ids.paid }])
      return ids.payment
    },
  },
  {
    check: 'a carried sum waits or stands on one document',
    break: async ({ trx, ids, newId }) => {
      const id = newId('chg')
      await trx.insert('carried_lines', [
        {
          ...{ charge_id: id, brand_id: ids.brand, client_id: ids.client, currency: 'EUR', line: '{}' },
          ...{ due_on: '2026-02-01', carried_on: '2026-02-01', until_on: '2026-03-01', placed: 1 },
        },
      ])
      return id
    },
  },
  {
    check: 'what a bank took back for good no document counts as paid',
    break: async ({ trx, ids, newId }) => {
      const id = newId('dsp')
      const of = {
        payment_id: ids.payment,
        client_id: ids.client,
        instance_id: 'plg_cards',
        reference: 'dp_9',
      }
      const at = { created_at: '2026-02-01T00:00:00.000Z', updated_at: '2026-02-01T00:00:00.000Z' }
      const money = { status: 'lost', reason: 'fraudulent', currency: 'EUR', amount_minor: 5n, version: 1 }
      await trx.insert('disputes', [{ id, ...of, ...money, evidence_due_at: null, ...at }])
      return id
    },
  },
  {
    check: 'reference of a gateway belongs to one payment',
    break: async ({ trx, ids, newId }) => {
      await trx.run(sql`update payments set instance_id = 'plg_cards' where id = ${ids.payment}`)
      await copied(trx, 'payments', ids.payment, { id: newId('pay'), effect_key: 'z' })
      const row = await first(
        trx,
        sql`select min(id) as id from payments where reference = (select reference from payments where id = ${ids.payment})`,
      )
      return row.id as string
    },
  },
  {
    check: 'movements of a payment add up to what was received',
    break: async ({ trx, ids }) => {
      await trx.run(
        sql`update transactions set amount_minor = amount_minor + 1 where payment_id = ${ids.payment} and kind = 'payment'`,
      )
      return ids.payment
    },
  },
  {
    check: 'payment is booked in full',
    break: async ({ trx, ids }) => {
      await bend(trx, await journalOf(trx, ids.payment, 'payment_succeeded'), 'receivable')
      return ids.payment
    },
  },
  {
    check: 'refund is of a document that its payment paid, and of no more than that',
    break: async ({ trx, ids }) => {
      const { payment_id } = await first(trx, sql`select payment_id from refunds where id = ${ids.refund}`)
      await trx.run(sql`update refunds set invoice_id = ${ids.open} where id = ${ids.refund}`)
      return payment_id as string
    },
  },
  {
    check: 'parts of a refund add up to it',
    break: async ({ trx, ids, newId }) => {
      const part = { id: newId('rpt'), refund_id: ids.refund, position: 1, invoice_id: null }
      await trx.insert('refund_parts', [
        { ...part, taken_from: 'goodwill', credit_note_id: null, amount_minor: 1n },
      ])
      return ids.refund
    },
  },
  {
    check: 'what a refund was found to take from credit stands in the ledger',
    break: async ({ trx, ids, newId }) => {
      const part = { id: newId('rpt'), refund_id: ids.refund, position: 1, invoice_id: null }
      const { amount_minor } = await first(
        trx,
        sql`select amount_minor from refunds where id = ${ids.refund}`,
      )
      await trx.insert('refund_parts', [
        { ...part, taken_from: 'credit', credit_note_id: null, amount_minor },
      ])
      return ids.refund
    },
  },
  {
    check: 'sent refund stands in the ledger once',
    break: async ({ trx, ids }) => {
      await trx.run(
        sql`update journals set kind = 'lost' where source_id = ${ids.refund} and kind = 'refund_sent'`,
      )
      return ids.refund
    },
  },
  {
    check: 'money of a refund left in the ledger where its movement says',
    break: async ({ trx, ids }) => {
      await trx.run(sql`
        update transactions set instance_id = 'elsewhere'
        where kind = 'refund' and reference = (select reference from refunds where id = ${ids.refund})`)
      return ids.refund
    },
  },
  {
    check: 'nothing is booked in a closed month',
    break: async ({ trx, ids }) => {
      const id = await journalOf(trx, ids.open, 'invoice_issued')
      await trx.run(
        sql`update journals set effective_on = '2026-01-31', created_at = '2027-01-01T00:00:00.000Z' where id = ${id}`,
      )
      return id
    },
  },
  {
    check: 'books are closed through the last closed month',
    break: async ({ trx, ids }) => {
      await trx.run(sql`update closed_books set until_on = '2026-01-01' where brand_id = ${ids.brand}`)
      return ids.month
    },
  },
  {
    check: 'balances kept at a close are the sums of their postings',
    break: async ({ trx, ids }) => {
      await trx.run(
        sql`update ledger_balances set balance_minor = balance_minor + 1 where month_id = ${ids.month} and account = 'receivable'`,
      )
      return ids.month
    },
  },
  {
    check: 'export counts the journals that it marked',
    break: async ({ trx, ids }) => {
      await trx.run(sql`update ledger_exports set journals = journals + 1 where id = ${ids.export}`)
      return ids.export
    },
  },
  {
    check: 'deferred income is what later days will earn',
    break: async ({ trx, ids }) => {
      await trx.run(
        sql`update invoice_lines set period_start = '2026-01-01', period_end = '2026-12-31' where invoice_id in (select id from invoices where issued_on < '2026-02-01')`,
      )
      return ids.month
    },
  },
  {
    check: 'issued document is frozen',
    break: async ({ trx, ids }) => {
      await trx.run(sql`update invoices set buyer = '{"name":"Somebody else"}' where id = ${ids.open}`)
      return ids.open
    },
  },
  {
    check: 'numbers have no gap',
    break: async ({ trx, ids }) => {
      await trx.run(sql`update number_series set next_number = next_number + 1 where id = ${ids.series}`)
      return ids.series
    },
  },
  {
    check: 'numbers follow the days',
    break: async ({ trx, ids }) => {
      await trx.run(sql`update invoices set issued_on = '2020-01-01' where id = ${ids.open}`)
      return ids.series
    },
  },
  {
    check: 'every reference leads to a row',
    only: 'sqlite',
    break: async ({ trx, ids }) => {
      await execute(trx, 'pragma defer_foreign_keys = on')
      await trx.run(sql`update invoices set client_id = 'cli_nobody' where id = ${ids.open}`)
      return 'invoices'
    },
  },
]
