import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import {
  billDay,
  bookOutcome,
  creditBalance,
  creditInvoice,
  getInvoice,
  mergeInvoices,
  overrideSetting,
  previewBilling,
  recordPayment,
  startDeposit,
  startMany,
  startPayment,
  useCredit,
  verifyBooks,
  voidInvoice,
  writeOffInvoice,
  type InvoiceRow,
  type Payments,
} from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { addDays, isoDate } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { clientActor, makeClient, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { makeServices } from './make-services.ts'
import { actor, draft, issue, makeBuyer, makeGateway, scriptedGateway } from './support.ts'

const urls = { return_url: 'http://shop.example/r', cancel_url: 'http://shop.example/c' }
const eur = (minor: string) => ({ minor, currency: 'EUR' })

for (const engine of engines)
  describe(`proforma first (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db, { now: '2026-01-15T06:00:00.000Z' })
    const staff = staffActor()
    const { brand } = await makeBuyer(means)
    const gateway = await makeGateway(means)
    await overrideSetting(
      means,
      { key: 'billing.proforma_first', scope: 'brand', scope_id: brand.id, value: true },
      staff,
    )
    const using = (answers: object[]): Payments & { plugins: ReturnType<typeof scriptedGateway> } => ({
      ...means,
      plugins: scriptedGateway(answers),
    })
    const clean = async () => assert.deepEqual(await verifyBooks(db, means.business.today('UTC')), [])
    const buyer = () => makeClient(means, { brand_id: brand.id })
    const eventsOf = async (id: string) =>
      (await db.all<{ type: string }>(sql`select type from events where subject = ${id} order by id`)).map(
        (row) => row.type,
      )
    const postings = (clientId: string) =>
      db.all(sql`select account, amount_minor from postings where client_id = ${clientId}`)
    const pay = (row: InvoiceRow, minor: string, reference: string) =>
      recordPayment(using([]), { invoice_id: row.id, amount_minor: minor, reference }, staff)

    test('owes nothing and touches no ledger; its money makes it an invoice of that day, without a gap', async () => {
      const client = await buyer()
      const before = (await issue(means, draft(await buyer())))!
      const row = await issue(means, draft(client))
      assert.match(row.number!, /^PRO-2026-0000\d$/)
      assert.deepEqual([row.proforma, row.status, await postings(client.id)], [1, 'issued', []])
      assert.deepEqual(await eventsOf(row.id), ['invoice.proforma_issued'])
      means.business.set('2026-02-03T06:00:00.000Z')
      await pay(row, '1190', 'T-1')
      const final = await getInvoice(db, row.id, staff)
      assert.deepEqual(
        [final.number, final.proforma, final.proforma_number, final.issued_on, final.status],
        ['INV-2026-00001', 0, row.number, '2026-02-03', 'paid'],
      )
      assert.deepEqual((await eventsOf(row.id)).slice(0, 3), [
        'invoice.proforma_issued',
        'invoice.issued',
        'invoice.paid',
      ])
      await pay(before, '1190', 'T-2')
      assert.equal((await getInvoice(db, before.id, staff)).number, 'INV-2026-00002')
      await assert.rejects(db.run(sql`update invoices set number = 'X' where id = ${row.id}`), /frozen/)
      await assert.rejects(db.run(sql`update invoices set notes = 'X' where id = ${row.id}`), /frozen/)
      await clean()
    })

    test('takes no part of its sum: that is credit until the rest is there, and asks for the rest only', async () => {
      const client = await buyer()
      const row = await issue(means, draft(client))
      await pay(row, '500', 'T-3')
      assert.deepEqual(
        [(await getInvoice(db, row.id, staff)).proforma, await creditBalance(db, client.id, 'EUR')],
        [1, 500n],
      )
      await clean()
      const payments = using([{ outcome: 'pending', reference: 'cs_1' }])
      const owner = clientActor(client.id)
      const payment = await startPayment(
        payments,
        { invoice_id: row.id, instance_id: gateway.id, ...urls },
        owner,
      )
      assert.equal(payment.amount_minor, 690n)
      const outcome = { outcome: 'succeeded', reference: 'pi_1', amount: eur('690') } as never
      for (let n = 0; n < 2; n++)
        await db.transaction((trx) => bookOutcome(means, trx, { paymentId: payment.id, outcome }, actor))
      const final = await getInvoice(db, row.id, staff)
      assert.deepEqual(
        [final.proforma, final.status, await creditBalance(db, client.id, 'EUR')],
        [0, 'paid', 0n],
      )
      await clean()
    })

    test('comes from the run as well, and is paid with others at once', async () => {
      await makeServices(means, brand, { clients: 1, perClient: 1, nextPeriodOn: '2026-02-08' })
      await billDay(billingDeps(means), isoDate('2026-02-03'))
      const renewal = (await db.get<InvoiceRow>(sql`select * from invoices where origin = 'renewal'`))!
      assert.equal(renewal.proforma, 1)
      await clean()
      const more = await issue(means, draft({ id: renewal.client_id, brand_id: brand.id, currency: 'EUR' }))
      const payments = using([{ outcome: 'pending', reference: 'cs_2' }])
      const wish = { invoice_ids: [renewal.id, more.id], instance_id: gateway.id, ...urls }
      const payment = await startMany(payments, wish, clientActor(renewal.client_id))
      const outcome = { outcome: 'succeeded', reference: 'pi_2', amount: eur('1000') } as never
      await db.transaction((trx) => bookOutcome(means, trx, { paymentId: payment.id, outcome }, actor))
      const states = [await getInvoice(db, renewal.id, staff), await getInvoice(db, more.id, staff)]
      assert.deepEqual(
        states.map((one) => [one.proforma, one.status]),
        [
          [0, 'paid'],
          [1, 'issued'],
        ],
      )
      assert.equal(await creditBalance(db, renewal.client_id, 'EUR'), 287n)
      await clean()
    })

    test('uses credit once, also where one payment is for several', async () => {
      const client = await buyer()
      const rows = [await issue(means, draft(client)), await issue(means, draft(client))]
      const payments = using([
        { outcome: 'succeeded', reference: 'pi_credit', amount: eur('1000') },
        { outcome: 'pending', reference: 'cs_credit' },
      ])
      const at = { instance_id: gateway.id, ...urls }
      await startDeposit(
        payments,
        { client_id: client.id, amount_minor: '1000', ...at },
        clientActor(client.id),
      )
      const wish = { invoice_ids: rows.map(({ id }) => id), ...at }
      const payment = await startMany(payments, wish, clientActor(client.id))
      // Twice 11.90, and 10.00 are there.
      assert.equal(payment.amount_minor, 1_380n)
      const outcome = { outcome: 'succeeded', reference: 'pi_both', amount: eur('1380') } as never
      await db.transaction((trx) => bookOutcome(means, trx, { paymentId: payment.id, outcome }, actor))
      for (const { id } of rows) {
        const { proforma, status } = await getInvoice(db, id, staff)
        assert.deepEqual([proforma, status], [0, 'paid'])
      }
      assert.equal(await creditBalance(db, client.id, 'EUR'), 0n)
      await clean()
    })

    test('is not needed when credit pays at once, and credit that covers it later makes the invoice', async () => {
      const client = await buyer()
      const row = await issue(means, draft(client))
      await pay(row, '500', 'T-4')
      const small = await issue(means, draft(client, { amounts: [100n] }))
      assert.deepEqual([small.proforma, small.status], [0, 'paid'])
      const again = await useCredit(means, { invoice_id: row.id }, clientActor(client.id))
      assert.equal(again.proforma, 1)
      const deposit = await startDeposit(
        using([{ outcome: 'succeeded', reference: 'pi_d', amount: eur('2000') }]),
        { client_id: client.id, instance_id: gateway.id, amount_minor: '2000', ...urls },
        clientActor(client.id),
      )
      assert.equal(deposit.status, 'succeeded')
      const final = await useCredit(means, { invoice_id: row.id }, clientActor(client.id))
      assert.deepEqual([final.proforma, final.status], [0, 'paid'])
      await clean()
    })

    test('of a deposit there is one receipt with a number of its own, without tax', async () => {
      const client = await buyer()
      const deposit = await startDeposit(
        using([{ outcome: 'pending', reference: 'cs_d' }]),
        { client_id: client.id, instance_id: gateway.id, amount_minor: '2000', ...urls },
        clientActor(client.id),
      )
      const outcome = { outcome: 'succeeded', reference: 'pi_e', amount: eur('2000') } as never
      for (let n = 0; n < 2; n++)
        await db.transaction((trx) => bookOutcome(means, trx, { paymentId: deposit.id, outcome }, actor))
      const rows = await db.all<InvoiceRow>(
        sql`select * from invoices where client_id = ${client.id} and kind = 'receipt'`,
      )
      assert.deepEqual(
        rows.map((row) => [row.status, row.total_minor, row.tax_minor, row.origin_id]),
        [['paid', 2_000n, 0n, deposit.id]],
      )
      assert.match(rows[0]!.number!, /^RCP-2026-\d{5}$/)
      assert.deepEqual(await eventsOf(rows[0]!.id), ['receipt.issued'])
      assert.equal(await creditBalance(db, client.id, 'EUR'), 2_000n)
      await clean()
    })

    test('is reminded of in words of its own before its day and after it, as the preview says', async () => {
      const client = await buyer()
      const row = await issue(means, draft(client, { dueOn: addDays(means.business.today('UTC'), 10) }))
      const deps = billingDeps(means)
      const { mails } = await previewBilling(means, deps, { days: 30, brandIds: [brand.id] })
      const foreseen = mails.filter((mail) => mail.about === row.number)
      const days = [-3, 1, 3, 7]
      const expected = ['proforma-reminder', 'proforma-waiting', 'proforma-waiting', 'proforma-waiting']
      assert.deepEqual(
        foreseen.map(({ on, template }) => [on, template]).sort(),
        days.map((n, i) => [addDays(row.due_on!, n), expected[i]]),
      )
      for (const n of days) {
        means.business.set(addDays(row.due_on!, n))
        await billDay(deps, addDays(row.due_on!, n))
      }
      const sent = means.jobs.of('mail.send') as unknown as { template: string; subject_of: string }[]
      assert.deepEqual(
        sent.filter((mail) => mail.subject_of === row.id).map(({ template }) => template),
        expected,
      )
    })

    test('can be void or merged, and is nothing to credit or to write off', async () => {
      const client = await buyer()
      const [one, two] = [await issue(means, draft(client)), await issue(means, draft(client))]
      const reason = 'Wrong'
      await assert.rejects(creditInvoice(means, { invoice_id: one!.id, reason }, staff), {
        code: 'invoice.is_proforma',
      })
      await assert.rejects(writeOffInvoice(means, { invoice_id: one!.id, reason }, staff), {
        code: 'invoice.is_proforma',
      })
      const merged = await mergeInvoices(means, { invoice_ids: [one!.id, two!.id], reason }, staff)
      assert.deepEqual([merged.proforma, merged.total_minor], [1, 2_380n])
      await voidInvoice(means, { invoice_id: merged.id, reason }, staff)
      assert.deepEqual(await postings(client.id), [])
      await clean()
    })
  })
