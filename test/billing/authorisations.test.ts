import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import {
  bookOutcome,
  billDay,
  capturePayment,
  captureFor,
  captureMode,
  carryOut,
  findAuthorisation,
  getPayment,
  overrideSetting,
  releaseHeld,
  releasePayment,
  startPayment,
  verifyBooks,
  voidInvoice,
  type InvoiceRow,
  type Payments,
} from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { makeStaff, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { draft, issue, makeBuyer, makeGateway, scriptedGateway } from './support.ts'

const OPERATIONS = ['start_payment', 'charge_method', 'look_up', 'authorise', 'capture', 'void']

for (const engine of engines)
  describe(`reserved money (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db, { now: '2026-01-15T06:00:00.000Z' })
    const staff = staffActor()
    const { brand, client } = await makeBuyer(means)
    const gateway = await makeGateway(means, OPERATIONS)
    await overrideSetting(
      means,
      { key: captureMode.key, scope: 'brand', scope_id: brand.id, value: 'on_delivery' },
      staff,
    )
    const held = { outcome: 'authorised', reference: 'pi_0', amount: { minor: '11900', currency: 'EUR' } }
    const taken = (minor = '11900') => ({
      ...{ outcome: 'succeeded', reference: '', amount: { minor, currency: 'EUR' } },
      fee: { minor: '50', currency: 'EUR' },
    })
    let references = 0
    /** An order's document whose money is reserved. */
    const reserve = async () => {
      const reference = `pi_${++references}`
      const invoice = await issue(
        means,
        draft(client, { amounts: [10_000n], origin: 'order', originId: 'ord_x' }),
      )
      const plugins = scriptedGateway([{ ...held, reference }])
      const wish = {
        ...{ invoice_id: invoice.id, instance_id: gateway.id },
        ...{ return_url: 'https://shop.test/', cancel_url: 'https://shop.test/' },
      }
      const payment = await startPayment({ ...means, plugins }, wish, staff)
      assert.equal(plugins.asked[0]!.input.capture, 'later')
      return { invoice, payment, reference }
    }
    const through = (answers: readonly (object | Error)[]) => {
      const plugins = scriptedGateway(answers)
      return { plugins, payments: { ...means, plugins } satisfies Payments }
    }
    const status = async (id: string) =>
      (await db.get<InvoiceRow>(sql`select * from invoices where id = ${id}`))!.status
    const clean = async () => assert.deepEqual(await verifyBooks(db, isoDate('2026-01-20')), [])
    const journals = (source: string) => db.all(sql`select id from journals where source_id = ${source}`)

    test('is in no books until it is taken, and then all of it is', async () => {
      const { invoice, payment, reference } = await reserve()
      assert.equal(payment.status, 'authorised')
      const row = (await findAuthorisation(db, payment.id))!
      assert.deepEqual(
        [row.status, row.mode, row.amount_minor, row.expires_at],
        ['held', 'on_delivery', 11_900n, '2026-01-21T06:00:00.000Z'],
      )
      assert.deepEqual([await status(invoice.id), await journals(payment.id)], ['issued', []])
      await clean()
      const { payments, plugins } = through([{ ...taken(), reference }])
      const booked = await capturePayment(payments, { payment_id: payment.id }, staff)
      assert.deepEqual(
        [booked.status, booked.fee_minor, await status(invoice.id)],
        ['succeeded', 50n, 'paid'],
      )
      assert.equal(plugins.asked[0]!.operation, 'capture')
      assert.equal((await findAuthorisation(db, payment.id))!.status, 'captured')
      await assert.rejects(capturePayment(payments, { payment_id: payment.id }, staff), {
        code: 'payment.nothing_reserved',
      })
      await clean()
    })

    test('is taken in part, never more than is reserved', async () => {
      const { invoice, payment, reference } = await reserve()
      const { payments } = through([{ ...taken('4000'), reference }])
      const more = capturePayment(payments, { payment_id: payment.id, amount_minor: '11901' }, staff)
      await assert.rejects(more, { code: 'input.invalid' })
      await capturePayment(payments, { payment_id: payment.id, amount_minor: '4000' }, staff)
      assert.equal(await status(invoice.id), 'issued')
      const paid = await db.get(
        sql`select sum(amount_minor) as sum_minor from allocations where invoice_id = ${invoice.id}`,
      )
      assert.deepEqual(paid, { sum_minor: 4_000n })
      const told = sql`select id from audit where subject = ${payment.id} and action = 'payment.book_other_amount'`
      assert.deepEqual(await db.all(told), [], 'that part was asked for')
      await clean()
    })

    test('is asked about after a lost answer, and taken once', async () => {
      const { invoice, payment, reference } = await reserve()
      const first = through([new Error('the host was killed')])
      const waiting = await capturePayment(first.payments, { payment_id: payment.id }, staff)
      assert.equal(waiting.status, 'authorised')
      assert.equal((await findAuthorisation(db, payment.id))!.status, 'capturing')
      await clean()
      const again = through([{ ...taken(), reference }])
      await carryOut(again.payments, payment.id, staff)
      assert.deepEqual(
        again.plugins.asked.map(({ operation }) => operation),
        ['look_up'],
      )
      assert.equal(await status(invoice.id), 'paid')
      const idle = through([])
      await carryOut(idle.payments, payment.id, staff)
      assert.equal(idle.plugins.asked.length, 0)
      await clean()
    })

    test('is asked for again under the same key when the request never arrived', async () => {
      const { payment, reference } = await reserve()
      const first = through([new Error('the host was killed')])
      await capturePayment(first.payments, { payment_id: payment.id }, staff)
      const again = through([
        { ...held, reference },
        { ...taken(), reference },
      ])
      await carryOut(again.payments, payment.id, staff)
      const keys = [first.plugins.asked[0]!, again.plugins.asked[1]!].map(
        ({ input }) => input.idempotency_key,
      )
      assert.equal(keys[0], keys[1])
      assert.equal((await getPayment(db, payment.id, staff)).status, 'succeeded')
      await clean()
    })

    test('stays held when the gateway refuses to take it, and may be taken once more', async () => {
      const { payment, reference } = await reserve()
      const no = { outcome: 'declined', code: 'amount_too_small', message: 'Too small.', retry: 'never' }
      const { payments, plugins } = through([no, { ...taken(), reference }])
      await capturePayment(payments, { payment_id: payment.id }, staff)
      const row = (await findAuthorisation(db, payment.id))!
      assert.deepEqual([row.status, row.problem], ['held', 'amount_too_small: Too small.'])
      await capturePayment(payments, { payment_id: payment.id }, staff)
      assert.notEqual(plugins.asked[0]!.input.idempotency_key, plugins.asked[1]!.input.idempotency_key)
      assert.equal((await getPayment(db, payment.id, staff)).status, 'succeeded')
      await clean()
    })

    test('is let go by staff, and when its document falls through', async () => {
      const { invoice, payment, reference } = await reserve()
      const cancelled = { outcome: 'cancelled', reference, reason: 'requested_by_customer' }
      await releasePayment(means, { payment_id: payment.id, reason: 'Client asked' }, staff)
      await carryOut(through([cancelled]).payments, payment.id, staff)
      assert.equal((await findAuthorisation(db, payment.id))!.status, 'released')
      assert.deepEqual(
        [(await getPayment(db, payment.id, staff)).status, await status(invoice.id)],
        ['cancelled', 'issued'],
      )
      const other = await reserve()
      await voidInvoice(means, { invoice_id: other.invoice.id, reason: 'Order rejected' }, staff)
      means.jobs.entered.length = 0
      const gone = { invoiceId: other.invoice.id, reason: 'Gone' }
      await db.transaction((trx) => releaseHeld(means, trx, gone, staff))
      assert.deepEqual(means.jobs.of('billing.authorisation'), [{ payment_id: other.payment.id }])
      await carryOut(
        through([{ ...cancelled, reference: other.reference }]).payments,
        other.payment.id,
        staff,
      )
      assert.deepEqual(await journals(other.payment.id), [])
      await clean()
    })

    test('that lapses by itself leaves the document open; money that comes all the same is booked', async () => {
      const { invoice, payment, reference } = await reserve()
      const say = (outcome: object) =>
        db.transaction((trx) =>
          bookOutcome(means, trx, { paymentId: payment.id, outcome: outcome as never }, staff),
        )
      await say({ ...held, reference })
      await say({ outcome: 'cancelled', reference, reason: 'expired' })
      assert.equal((await findAuthorisation(db, payment.id))!.status, 'lapsed')
      assert.deepEqual([await status(invoice.id), await journals(payment.id)], ['issued', []])
      await clean()
    })

    test('is taken when its order is live, by the rule that held when it was reserved', async () => {
      const { invoice, payment } = await reserve()
      const want = (modes: readonly ('on_acceptance' | 'on_delivery')[]) =>
        db.transaction((trx) => captureFor(means, trx, { invoiceId: invoice.id, modes }, staff))
      await want(['on_acceptance'])
      assert.equal((await findAuthorisation(db, payment.id))!.status, 'held')
      means.jobs.entered.length = 0
      await want(['on_acceptance', 'on_delivery'])
      assert.deepEqual(means.jobs.of('billing.authorisation'), [{ payment_id: payment.id }])
      assert.equal((await findAuthorisation(db, payment.id))!.status, 'capturing')
    })

    test('that ends soon is told to staff once, is not dunned, and is asked about when it should have ended', async () => {
      const { invoice, payment } = await reserve()
      await makeStaff(means, { permissions: ['payment.capture'] })
      const deps = billingDeps(means)
      const bill = (on: string) => {
        means.business.set(`${on}T06:00:00.000Z`)
        return billDay(deps, isoDate(on))
      }
      means.jobs.entered.length = 0
      for (const on of ['2026-01-18', '2026-01-19', '2026-01-20', '2026-01-21', '2026-01-22']) await bill(on)
      const mails = means.jobs.of('mail.send') as { template: string; subject_of: string }[]
      const due = mails.filter((mail) => mail.template === 'capture-due' && mail.subject_of === payment.id)
      assert.equal(due.length, 1)
      assert.deepEqual(
        mails.filter((mail) => mail.subject_of === invoice.id),
        [],
      )
      const asked = means.jobs.of('billing.check_payment') as { payment_id: string }[]
      assert.equal(asked.filter((job) => job.payment_id === payment.id).length, 1)
    })
  })
