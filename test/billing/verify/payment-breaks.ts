import { sql, type Row } from '../../../core/db/index.ts'
import { copied, first, type Break, type Broken } from './broken.ts'

const at = '2026-02-20T10:00:00.000Z'

/** Attempts, credit that was given, bank lines, extras of gateways, instalments and reserved money. */
export const paymentBreaks: readonly Break[] = [
  {
    check: 'document is charged by one attempt at a time',
    break: async (of) => {
      for (const n of [1, 2])
        await addPayment(of, { kind: 'saved_method', status: 'pending', effect_key: `two ${n}` })
      return of.ids.open
    },
  },
  {
    check: 'document whose charge was declined has its dunning case',
    break: async (of) => {
      await addPayment(of, { kind: 'saved_method', status: 'declined' })
      return of.ids.open
    },
  },
  {
    check: 'credit that was given is taken no more than it is worth',
    break: async (of) => {
      const id = await addGrant(of)
      const use = { id: of.newId('alc'), grant_id: id, invoice_id: of.ids.open, kind: 'use' }
      await of.trx.insert('credit_uses', [{ ...use, amount_minor: 501n, created_at: at }])
      return id
    },
  },
  {
    check: 'what is left of given credit is in the credit of its client',
    break: async (of) => {
      await addGrant(of, 1_000_000_000n)
      return of.ids.client
    },
  },
  {
    check: 'credit that was given stands in the ledger',
    break: (of) => addGrant(of),
  },
  {
    check: 'bank line is booked with all that came, and once',
    break: (of) => addBankLine(of),
  },
  {
    check: 'booking of a bank line stands as a payment of its sum',
    break: async (of) => {
      const id = await addBankLine(of)
      const use = { line_id: id, payment_id: of.ids.payment, invoice_id: of.ids.open, how: 'by_hand' }
      await of.trx.insert('bank_line_uses', [{ ...use, amount_minor: 77n, created_at: at }])
      return id
    },
  },
  {
    check: 'surcharge or discount is booked with its payment, in full',
    break: async ({ trx, ids }) => {
      const of = { payment_id: ids.payment, document_id: ids.open, tax_class: 'none', created_at: at }
      const sums = { currency: 'EUR', amount_minor: 7n, wanted_minor: 7n }
      await trx.insert('payment_extras', [{ ...of, ...sums, kind: 'surcharge' }])
      return ids.payment
    },
  },
  {
    check: 'surcharge is asked for by its payment',
    break: async ({ trx, ids }) => {
      await trx.run(sql`update invoices set origin = 'surcharge' where id = ${ids.open}`)
      return ids.open
    },
  },
  {
    check: 'instalments add up to what their plan covers',
    break: async ({ trx, ids }) => {
      await trx.run(sql`update instalments set amount_minor = amount_minor - 1 where plan_id = ${ids.plan}`)
      return ids.plan
    },
  },
  {
    check: 'document with a plan is owed by its next part',
    break: async ({ trx, ids }) => {
      const plan = await first(trx, sql`select invoice_id from instalment_plans where id = ${ids.plan}`)
      const id = plan.invoice_id as string
      await trx.run(sql`update invoices set owed_on = '2027-01-01' where id = ${id}`)
      return id
    },
  },
  {
    check: 'reserved money is in no books, and what was taken is',
    break: async ({ trx, ids, newId }) => {
      const payment = await first(trx, sql`select * from payments where id = ${ids.payment}`)
      await trx.insert('authorisations', [
        {
          ...{ id: newId('ath'), brand_id: ids.brand, client_id: ids.client, payment_id: ids.payment },
          ...{ invoice_id: payment.invoice_id, status: 'held', mode: 'by_hand', currency: 'EUR' },
          ...{ amount_minor: 1_190n, taken_minor: 0n, expires_at: '2026-03-01T00:00:00.000Z', version: 1 },
          ...{ created_at: '2026-02-01T00:00:00.000Z', updated_at: '2026-02-01T00:00:00.000Z' },
        } as Row,
      ])
      return ids.payment
    },
  },
]

/** A copy of a payment for the open document. */
async function addPayment({ trx, ids, newId }: Broken, set: Row): Promise<void> {
  const of = {
    id: newId('pay'),
    invoice_id: ids.open,
    effect_key: 'bent',
    reference: null,
    instance_id: null,
  }
  await copied(trx, 'payments', ids.payment, { ...of, received_minor: 0n, ...set })
}

/** Credit that no journal knows. */
async function addGrant({ trx, ids, newId }: Broken, amount_minor = 500n): Promise<string> {
  const id = newId('alc')
  const of = { brand_id: ids.brand, client_id: ids.client, currency: 'EUR', origin: 'goodwill', priority: 1 }
  await trx.insert('credit_grants', [
    { id, ...of, amount_minor, reason: 'x', created_at: at, updated_at: at },
  ])
  return id
}

/** One that says it is booked, by nothing. */
async function addBankLine({ trx, ids, newId }: Broken): Promise<string> {
  const [account_id, id] = [newId('alc'), newId('alc')]
  const stamps = { created_at: at, updated_at: at }
  await trx.insert('bank_accounts', [
    { id: account_id, brand_id: ids.brand, name: 'Bank', currency: 'EUR', ...stamps },
  ])
  const line = {
    id,
    account_id,
    brand_id: ids.brand,
    line_key: id,
    file_sha256: 'x',
    booked_on: '2026-02-20',
  }
  const said = { amount_minor: 77n, currency: 'EUR', text: 'Thanks', status: 'booked' }
  await trx.insert('bank_lines', [{ ...line, ...said, ...stamps }])
  return id
}
