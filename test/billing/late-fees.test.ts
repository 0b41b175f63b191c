import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import {
  billDay,
  lateFee,
  overrideSetting,
  previewBilling,
  recordPayment,
  sendToCollections,
  verifyBooks,
  voidInvoice,
  type InvoiceRow,
  type LateFee,
  type Payments,
} from '../../core/billing/index.ts'
import { changeClientSwitches } from '../../core/clients/index.ts'
import { sql } from '../../core/db/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { makeClient, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { draft, issue, makeBuyer, scriptedGateway } from './support.ts'

const rule = (over: Partial<LateFee>): LateFee => ({ ...lateFee.preset, ...over }) as LateFee

for (const engine of engines)
  describe(`late fees of the run (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db, { now: '2026-01-15T06:00:00.000Z' })
    const staff = staffActor()
    const deps = billingDeps(means)
    const { brand } = await makeBuyer(means)
    const set = (value: LateFee, scope = 'brand', scope_id: string = brand.id) =>
      overrideSetting(means, { key: lateFee.key, scope, scope_id, value }, staff)
    const bill = (on: string) => {
      means.business.set(`${on}T06:00:00.000Z`)
      return billDay(deps, isoDate(on))
    }
    const clean = async (on: string) => assert.deepEqual(await verifyBooks(db, isoDate(on)), [])
    const feesOf = (clientId: string) =>
      db.all<InvoiceRow>(
        sql`select * from invoices where client_id = ${clientId} and origin = 'late_fee' order by id`,
      )
    const debt = async (over: object = {}) => {
      const client = await makeClient(means, { brand_id: brand.id })
      return { client, invoice: await issue(means, draft(client, { amounts: [10_000n], ...over })) }
    }
    await set(
      rule({ kind: 'percent', percent: '2', grace_days: 5, every_days: 10, times: 2, tax_class: 'standard' }),
    )

    test('are a document each, taxed as configured, on an account of their own, once for each step', async () => {
      const { client, invoice } = await debt()
      assert.equal((await bill('2026-01-24')).lateFees, 0)
      await Promise.all([bill('2026-01-25'), bill('2026-01-25')])
      await bill('2026-01-26')
      const [first, none] = await feesOf(client.id)
      assert.deepEqual(
        [first!.subtotal_minor, first!.tax_minor, first!.origin_id, first!.due_on, none],
        [238n, 45n, invoice.id, '2026-01-25', undefined],
      )
      await bill('2026-02-04')
      await bill('2026-02-14')
      assert.deepEqual(
        (await feesOf(client.id)).map((row) => row.subtotal_minor),
        [238n, 238n],
      )
      assert.deepEqual(
        await db.all(sql`
          select p.account, sum(p.amount_minor) as amount_minor from postings p join journals j on j.id = p.journal_id
          where j.source_id = ${first!.id} and p.account like 'revenue%' group by p.account`),
        [{ account: 'revenue:late_fee', amount_minor: -238n }],
      )
      await clean('2026-02-14')
    })

    test('count what is open alone, and spare fees, collections, other clients’ rules and switches', async () => {
      means.business.set('2026-02-15T06:00:00.000Z')
      const dueOn = isoDate('2026-02-20')
      const [part, collected, switched, own] = [
        await debt({ dueOn }),
        await debt({ dueOn }),
        await debt({ dueOn }),
        await debt({ dueOn }),
      ]
      const payments: Payments = { ...means, plugins: scriptedGateway([]) }
      const paid = { invoice_id: part.invoice.id, amount_minor: '10000', reference: 'T-1' }
      await recordPayment(payments, paid, staff)
      await sendToCollections(means, { invoice_id: collected.invoice.id, reason: 'Lost' }, staff)
      await changeClientSwitches(means, { client_id: switched.client.id, late_fees: false }, staff)
      await set(rule({ kind: 'fixed', amount: { EUR: '7' }, grace_days: 6 }), 'client', own.client.id)
      for (const on of ['2026-02-25', '2026-02-26']) await bill(on)
      const sums = []
      for (const { client } of [part, collected, switched, own])
        sums.push((await feesOf(client.id)).map((row) => row.subtotal_minor))
      assert.deepEqual(sums, [[38n], [], [], [700n]])
      for (const on of ['2026-03-01', '2026-03-02', '2026-03-03', '2026-03-04', '2026-03-05']) await bill(on)
      const onFees = await db.all(sql`
        select f.document_id from late_fees f join invoices i on i.id = f.document_id where i.origin = 'late_fee'`)
      assert.deepEqual(onFees, [])
      await clean('2026-03-05')
    })

    test('refuse a rule that cannot be', async () => {
      await assert.rejects(set(rule({ kind: 'percent', percent: '-1' })), { code: 'input.invalid' })
      await assert.rejects(set(rule({ amount: { EUR: '1.234', IDR: '5' }, maximum: { JPY: '0.5' } })), {
        code: 'input.invalid',
        fields: {
          'billing.late_fee.amount.EUR': 'takes no more than 2 decimals in EUR',
          'billing.late_fee.maximum.JPY': 'takes no more than 0 decimals in JPY',
        },
      })
      await assert.rejects(set(rule({ grace_days: 0 })), { code: 'input.invalid' })
    })

    test('stand in the preview as the runs will charge them, unless something is paid', async () => {
      means.business.set('2026-05-15T06:00:00.000Z')
      const { client, invoice } = await debt({ dueOn: isoDate('2026-05-20') })
      const expected = async (days: number) =>
        (await previewBilling(means, deps, { days })).lateFees
          .filter(({ clientId }) => clientId === client.id)
          .map(({ issuesOn, netMinor, totalMinor }) => [issuesOn, netMinor, totalMinor])
      assert.deepEqual(await expected(9), [])
      const seen = await expected(30)
      assert.deepEqual(seen, [
        ['2026-05-25', 238n, 283n],
        ['2026-06-04', 238n, 283n],
      ])
      for (const on of ['2026-05-24', '2026-05-25', '2026-05-26', '2026-06-04', '2026-06-05']) await bill(on)
      assert.deepEqual(
        (await feesOf(client.id)).map((row) => [row.issued_on, row.subtotal_minor, row.total_minor]),
        seen,
      )
      assert.deepEqual(await expected(30), [], 'what is charged is not charged again')
      const other = await debt({ dueOn: isoDate('2026-06-10') })
      const fees = async () =>
        (await previewBilling(means, deps, { days: 10 })).lateFees.filter(
          ({ clientId }) => clientId === other.client.id,
        ).length
      assert.equal(await fees(), 1)
      const paid = { invoice_id: other.invoice.id, amount_minor: '11900', reference: 'T-9' }
      await recordPayment({ ...means, plugins: scriptedGateway([]) }, paid, staff)
      assert.equal(await fees(), 0)
      await voidInvoice(means, { invoice_id: invoice.id, reason: 'Done with' }, staff)
    })
  })
