import { sql } from '../../../core/db/index.ts'
import { execute } from '../../../core/db/schema.ts'
import { addDays, isoDate } from '../../../core/kernel/index.ts'
import { gatewayBreaks } from './gateway-breaks.ts'
import { moneyBreaks } from './money-breaks.ts'
import { paymentBreaks } from './payment-breaks.ts'
import { offerBreaks } from './offer-breaks.ts'
import { periodBreaks } from './period-breaks.ts'
import { taxBreaks } from './tax-breaks.ts'
import { bend, copied, first, journalOf, type Break } from './broken.ts'

export const breaks: readonly Break[] = [
  {
    check: 'journal balances in every currency',
    break: async ({ trx, ids }) => {
      const id = await journalOf(trx, ids.paid, 'invoice_issued')
      await bend(trx, id, 'receivable')
      return id
    },
  },
  {
    check: 'posting belongs to a journal',
    break: async ({ trx, ids, newId }) => {
      const id = newId('jrn')
      const posting = { journal_id: id, brand_id: ids.brand, client_id: null, currency: 'EUR' }
      await trx.insert('postings', [
        { ...posting, position: 1, account: 'rounding', amount_minor: 1n },
        { ...posting, position: 2, account: 'disputes', amount_minor: -1n },
      ])
      return id
    },
  },
  {
    check: 'lines add up to the document',
    break: async ({ trx, ids }) => {
      await trx.run(
        sql`update invoice_lines set net_minor = net_minor + 1, amount_minor = amount_minor + 1 where id = ${ids.line}`,
      )
      return ids.open
    },
  },
  {
    check: 'tax table adds up to the tax',
    break: async ({ trx, ids }) => {
      await trx.run(sql`update invoice_taxes set tax_minor = tax_minor + 1 where invoice_id = ${ids.open}`)
      return ids.open
    },
  },
  {
    check: 'what is not taxed bears no tax',
    break: async ({ trx, ids }) => {
      await trx.run(sql`update invoice_taxes set treatment = 'exempt' where invoice_id = ${ids.open}`)
      return ids.open
    },
  },
  {
    check: 'document stands in the ledger once',
    break: async ({ trx, ids }) => {
      const id = await journalOf(trx, ids.open, 'invoice_issued')
      await trx.run(sql`update journals set kind = 'lost' where id = ${id}`)
      return ids.open
    },
  },
  {
    check: 'voided document is reversed',
    break: async ({ trx, ids }) => {
      const id = await journalOf(trx, ids.void, 'invoice_voided')
      await trx.run(sql`update journals set kind = 'lost' where id = ${id}`)
      return ids.void
    },
  },
  {
    check: 'document is never allocated more than its total',
    break: async ({ trx, ids, newId }) => {
      const row = await first(trx, sql`select * from allocations where invoice_id = ${ids.paid} limit 1`)
      await trx.insert('allocations', [{ ...row, id: newId('alc') }])
      return ids.paid
    },
  },
  {
    check: 'paid means nothing is open, issued means something is',
    break: async ({ trx, ids }) => {
      await trx.run(sql`update invoices set status = 'paid' where id = ${ids.open}`)
      return ids.open
    },
  },
  {
    check: 'payment stands in the ledger once',
    break: async ({ trx, ids }) => {
      await trx.run(sql`update payments set status = 'failed' where id = ${ids.payment}`)
      return ids.payment
    },
  },
  {
    check: 'payment applies no more than came',
    break: async ({ trx, ids }) => {
      await trx.run(sql`update payments set received_minor = 1 where id = ${ids.payment}`)
      return ids.payment
    },
  },
  {
    check: 'refunds are no more than came',
    break: async ({ trx, ids, newId }) => {
      const { payment_id } = await first(trx, sql`select payment_id from refunds where id = ${ids.refund}`)
      await copied(trx, 'refunds', ids.refund, {
        id: newId('ref'),
        effect_key: 'x',
        amount_minor: 10n ** 9n,
        status: 'created',
        taken_from: 'goodwill',
      })
      return payment_id as string
    },
  },
  {
    check: 'what refunds hold back is what they have not sent yet',
    break: async ({ trx, ids, newId }) => {
      await copied(trx, 'refunds', ids.refund, {
        id: newId('ref'),
        effect_key: 'y',
        amount_minor: 1n,
        status: 'created',
        taken_from: 'credit',
      })
      return 'EUR'
    },
  },
  {
    check: 'client credit is never below zero',
    break: async ({ trx, ids }) => {
      const id = await journalOf(trx, ids.open, 'invoice_issued')
      await trx.run(
        sql`update postings set account = 'client_credit' where journal_id = ${id} and account = 'receivable'`,
      )
      return ids.client
    },
  },
  {
    check: 'receivable of a client equals what its documents leave open',
    break: async ({ trx, ids }) => {
      await bend(trx, await journalOf(trx, ids.open, 'invoice_issued'), 'receivable')
      return ids.client
    },
  },
  {
    check: 'charge is on at most one live document',
    break: async ({ trx, ids, newId }) => {
      await execute(trx, 'drop index uq_invoice_lines_live_charge')
      await copied(trx, 'invoice_lines', ids.line, { id: newId('inl'), position: 99 })
      return (await first(trx, sql`select live_charge_id as id from invoice_lines where id = ${ids.line}`))
        .id as string
    },
  },
  {
    check: 'live service has its next charge planned',
    break: async ({ trx, ids }) => {
      await trx.run(sql`update services set next_period_on = null where id = ${ids.service}`)
      return ids.service
    },
  },
  {
    check: 'paused service is held by its client and charges nothing',
    break: async ({ trx, ids }) => {
      await trx.run(sql`update services set paused_on = '2026-02-01' where id = ${ids.service}`)
      return ids.service
    },
  },
  {
    check: 'period that a cancellation dropped is planned again',
    break: async ({ trx, ids, newId }) => {
      const charge = await first(
        trx,
        sql`select * from charges where source_id = ${ids.service} and kind = 'recurring' limit 1`,
      )
      await trx.insert('charges', [
        {
          ...charge,
          id: newId('chg'),
          cause: 'dropped/can_1/',
          period_start: '2026-01-01',
          period_end: '2026-01-02',
        },
      ])
      return ids.service
    },
  },
  {
    check: 'no period is left behind',
    break: async ({ trx, ids }) => {
      await trx.run(
        sql`update services set next_period_on = '2026-02-01', charged_through = '2026-02-01' where id = ${ids.service}`,
      )
      return ids.service
    },
  },
  {
    check: 'line is the price that it states',
    break: async ({ trx, ids }) => {
      await trx.run(sql`update invoice_lines set amount_minor = amount_minor + 1 where id = ${ids.line}`)
      return ids.line
    },
  },
  {
    check: 'lines of a document stand in the ledger by their kind',
    break: async ({ trx, ids }) => {
      await trx.run(sql`update invoice_lines set kind = 'fee' where id = ${ids.line}`)
      return ids.open
    },
  },
  {
    check: 'tax of a document stands in the ledger',
    break: async ({ trx, ids }) => {
      await bend(trx, await journalOf(trx, ids.open, 'invoice_issued'), 'tax:%')
      return ids.open
    },
  },
  {
    check: 'cash rounding of a document stands in the ledger',
    break: async ({ trx, ids }) => {
      const id = await journalOf(trx, ids.open, 'invoice_issued')
      await trx.run(
        sql`update postings set account = 'rounding' where journal_id = ${id} and account like 'tax:%'`,
      )
      return ids.open
    },
  },
  {
    check: 'a rounded document and its credit notes are worth a sum that can be paid',
    break: async ({ trx, ids }) => {
      await trx.run(sql`update invoices set cash_step_minor = 100 where id = ${ids.open}`)
      return ids.open
    },
  },
  {
    check: 'journal of a document has its brand, currency and day',
    break: async ({ trx, ids }) => {
      await trx.run(
        sql`update journals set effective_on = ${addDays(isoDate('2026-01-01'), -1)} where source_id = ${ids.open} and kind = 'invoice_issued'`,
      )
      return ids.open
    },
  },
  {
    check: 'credit notes take back no more than their invoice',
    break: async ({ trx, ids }) => {
      await trx.run(sql`update invoices set total_minor = -100000000 where id = ${ids.note}`)
      return ids.credited
    },
  },
  {
    check: 'issued document was told once',
    break: async ({ trx, ids }) => {
      await trx.run(
        sql`update events set type = 'lost' where subject = ${ids.open} and type = 'invoice.issued'`,
      )
      return ids.open
    },
  },
  {
    check: 'period of a service is charged on one live line',
    break: async ({ trx, ids, newId }) => {
      const line = await first(
        trx,
        sql`select * from invoice_lines where source_id = ${ids.service} and kind = 'recurring' limit 1`,
      )
      const charge = await first(trx, sql`select * from charges where id = ${line.charge_id as string}`)
      const id = newId('chg')
      await trx.insert('charges', [{ ...charge, id, kind: 'fee' }])
      await trx.insert('invoice_lines', [
        { ...line, id: newId('inl'), position: 99, charge_id: id, live_charge_id: id },
      ])
      return ids.service
    },
  },
  {
    check: 'service is charged to its own client',
    break: async ({ trx, ids }) => {
      await trx.run(
        sql`update charges set client_id = 'cli_other' where source_id = ${ids.service} and kind = 'recurring'`,
      )
      return ids.service
    },
  },
  ...moneyBreaks,
  ...gatewayBreaks,
  ...offerBreaks,
  ...paymentBreaks,
  ...periodBreaks,
  ...taxBreaks,
]
