import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import fc from 'fast-check'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import {
  agreeInstalments,
  askedOfParts,
  billDay,
  endInstalments,
  findInstalments,
  instalmentOffer,
  isOverdue,
  lateFee,
  openOfPart,
  overrideSetting,
  planInstalments,
  recordPayment,
  reversePayment,
  startPayment,
  takeInstalments,
  verifyBooks,
  voidInvoice,
  type InstalmentRow,
  type InvoiceRow,
  type Payments,
} from '../../core/billing/index.ts'
import { oweAgain } from '../../core/billing/dunning/owe-again.ts'
import { sql } from '../../core/db/index.ts'
import { cycle, isoDate, type IsoDate } from '../../core/kernel/index.ts'
import { writeSetting } from '../../core/records/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { clientActor, makeClient, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { draft, issue, makeBuyer, makeGateway, scriptedGateway } from './support.ts'

describe('instalments', () => {
  test('add up to the sum, differ by a unit at most, and come in the order of their days', () =>
    fc.assert(
      fc.property(
        fc.bigInt(36n, 10_000_000_000n),
        fc.integer({ min: 2, max: 36 }),
        fc.constantFrom('1w', '2w', '1m', '3m'),
        fc.date({ min: new Date('2024-01-01'), max: new Date('2030-12-31'), noInvalidDate: true }),
        (openMinor, count, every, first) => {
          const firstOn = isoDate(first.toISOString().slice(0, 10))
          const parts = planInstalments({ openMinor, parts: count, firstOn, every: cycle(every) })
          const sums = parts.map(({ amountMinor }) => amountMinor)
          const days = parts.map(({ dueOn }) => dueOn)
          assert.equal(
            sums.reduce((a, b) => a + b),
            openMinor,
          )
          assert.ok(sums[0]! - sums.at(-1)! <= 1n && sums.at(-1)! > 0n)
          assert.deepEqual(days, [...new Set(days)].sort())
          assert.equal(days[0], firstOn)
        },
      ),
    ))

  test('of a month end keep to the month ends', () => {
    const firstOn = isoDate('2026-01-31')
    assert.deepEqual(planInstalments({ openMinor: 100n, parts: 3, firstOn, every: cycle('1m') }), [
      { dueOn: '2026-01-31', amountMinor: 34n },
      { dueOn: '2026-02-28', amountMinor: 33n },
      { dueOn: '2026-03-31', amountMinor: 33n },
    ])
  })

  test('ask for what is due, or for the next part, never for more than is open', () => {
    const part = (position: number, due_on: string): InstalmentRow => ({
      ...{ plan_id: 'p', invoice_id: 'i', position, due_on: due_on as IsoDate },
      ...{ amount_minor: 100n, through_minor: BigInt(position) * 100n },
    })
    const parts = [part(1, '2026-01-01'), part(2, '2026-02-01'), part(3, '2026-03-01')]
    const cases: [allocated: bigint, today: string, asked: bigint, why: string][] = [
      [0n, '2025-12-01', 100n, 'before the first day: the first part'],
      [0n, '2026-01-01', 100n, 'on its day'],
      [0n, '2026-02-10', 200n, 'two are due'],
      [130n, '2026-02-10', 70n, 'of the second the rest'],
      [130n, '2026-01-10', 70n, 'ahead of its day as well'],
      [300n, '2026-03-01', 0n, 'nothing'],
    ]
    for (const [allocatedMinor, today, asked, why] of cases)
      assert.equal(askedOfParts(parts, { allocatedMinor, today: today as IsoDate }), asked, why)
    assert.deepEqual(
      parts.map((one) => openOfPart(one, 130n)),
      [0n, 70n, 100n],
    )
  })
})

for (const engine of engines)
  describe(`an invoice by instalments (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db, { now: '2026-01-10T06:00:00.000Z' })
    const payments: Payments = { ...means, plugins: scriptedGateway([]) }
    const staff = staffActor()
    const deps = billingDeps(means)
    const bill = (on: string) => {
      means.business.set(`${on}T06:00:00.000Z`)
      return billDay(deps, isoDate(on))
    }
    const clean = async () => assert.deepEqual(await verifyBooks(db, means.business.today('UTC')), [])
    const read = async (id: string) =>
      (await db.get<InvoiceRow>(sql`select * from invoices where id = ${id}`))!
    const debt = async (amounts = [100_000n]) => {
      means.business.set('2026-01-10T06:00:00.000Z')
      const { brand, client } = await makeBuyer(means)
      return { brand, client, invoice: await issue(means, draft(client, { amounts })) }
    }
    const terms = { parts: 3, first_on: '2026-01-20', every: '1m' }
    const agree = (invoice_id: string, over: object = {}) =>
      agreeInstalments(means, { invoice_id, ...terms, ...over }, staff)
    let transfers = 0
    const pay = (invoice_id: string, amount: bigint) =>
      recordPayment(
        payments,
        { invoice_id, amount_minor: amount.toString(), reference: `T-${++transfers}` },
        staff,
      )
    const events = async (subject: string) =>
      (
        await db.all<{ type: string }>(sql`select type from events where subject = ${subject} order by id`)
      ).map(({ type }) => type)
    const mailed = (key: string) =>
      (
        means.jobs.of('mail.send') as {
          key: string
          data: { due_on: string; expected_on: string | null; amount: { minor: string } }
        }[]
      ).find((mail) => mail.key === key)!.data
    const remindersOf = async (id: string) =>
      (
        await db.all<{ step: string }>(
          sql`select step from reminders where document_id = ${id} order by sent_at, step`,
        )
      ).map(({ step }) => step)

    test('begins today at the earliest and within a year', async () => {
      const { invoice } = await debt()
      for (const first_on of ['2026-01-09', '2027-01-11', '9999-12-31'])
        await assert.rejects(agree(invoice.id, { first_on }), { code: 'input.invalid' })
      await agree(invoice.id, { first_on: '2027-01-10', parts: 36, every: '3m' })
      await clean()
    })

    test('stays as it is; dunning goes by the parts; the last one pays it', async () => {
      const { invoice } = await debt()
      const plan = await agree(invoice.id)
      const { parts } = (await findInstalments(db, invoice.id))!
      assert.deepEqual(
        parts.map((part) => [part.due_on, part.amount_minor, part.through_minor]),
        [
          ['2026-01-20', 39_667n, 39_667n],
          ['2026-02-20', 39_667n, 79_334n],
          ['2026-03-20', 39_666n, 119_000n],
        ],
      )
      const { document_hash, due_on, owed_on } = await read(invoice.id)
      assert.deepEqual(
        [document_hash, due_on, owed_on],
        [invoice.document_hash, invoice.due_on, '2026-01-20'],
      )
      await pay(invoice.id, 39_667n)
      assert.equal((await read(invoice.id)).owed_on, '2026-02-20')
      for (const on of ['2026-01-21', '2026-01-25', '2026-01-30']) await bill(on)
      assert.deepEqual(await remindersOf(invoice.id), [])
      assert.equal(isOverdue(await read(invoice.id), isoDate('2026-01-30')), false)
      for (const on of ['2026-02-17', '2026-02-21']) await bill(on)
      assert.deepEqual(await remindersOf(invoice.id), ['before_3/2026-02-20', 'overdue_1/2026-02-20'])
      assert.equal(isOverdue(await read(invoice.id), isoDate('2026-02-21')), true)
      const { due_on: day, expected_on, amount } = mailed(`${invoice.id}/overdue_1/2026-02-20`)
      assert.deepEqual([day, expected_on, amount.minor], ['2026-01-20', '2026-02-20', '39667'])
      await pay(invoice.id, 39_667n)
      await clean()
      await pay(invoice.id, 39_666n)
      assert.equal((await read(invoice.id)).status, 'paid')
      assert.deepEqual(await events(plan.id), [
        'instalment_plan.agreed',
        'instalment_plan.part_paid',
        'instalment_plan.part_paid',
        'instalment_plan.kept',
      ])
      await clean()
    })

    test('is paid early with one sum, and goes on where money is given back', async () => {
      const { invoice } = await debt()
      const plan = await agree(invoice.id)
      const whole = await pay(invoice.id, 119_000n)
      assert.equal((await findInstalments(db, invoice.id))!.plan.status, 'kept')
      const wrong = { paymentId: whole.id, reason: 'Of somebody else' }
      await db.transaction((trx) => reversePayment(means, trx, wrong, staff))
      const { status, owed_on } = await read(invoice.id)
      assert.deepEqual(
        [status, owed_on, (await findInstalments(db, invoice.id))!.plan.status],
        ['issued', '2026-01-20', 'active'],
      )
      assert.deepEqual(await events(plan.id), [
        ...['instalment_plan.agreed', 'instalment_plan.kept', 'instalment_plan.active'],
      ])
      await clean()
    })

    test('falls back to the whole debt when a part is missed for longer than the days of grace', async () => {
      const { invoice } = await debt()
      await agree(invoice.id)
      await pay(invoice.id, 39_667n)
      await bill('2026-03-05')
      assert.equal((await findInstalments(db, invoice.id))!.plan.status, 'active')
      await bill('2026-03-06')
      assert.equal((await findInstalments(db, invoice.id))!.plan.status, 'broken')
      assert.equal((await read(invoice.id)).owed_on, '2026-03-06')
      await bill('2026-03-07')
      assert.equal(mailed(`${invoice.id}/overdue_1/2026-03-06`).amount.minor, '79333')
      await pay(invoice.id, 79_333n)
      assert.equal((await findInstalments(db, invoice.id))!.plan.status, 'broken')
      await clean()
    })

    test('keeps the days of grace that a returned debit gave when less than the part is paid', async () => {
      const { invoice } = await debt()
      await agree(invoice.id)
      await pay(invoice.id, 39_667n)
      means.business.set('2026-02-25T06:00:00.000Z')
      const returned = { invoice: await read(invoice.id), on: isoDate('2026-02-25'), isRetried: false }
      await db.transaction((trx) => oweAgain(means, trx, returned, staff))
      await pay(invoice.id, 10_000n)
      assert.equal((await read(invoice.id)).owed_on, '2026-02-25')
      await bill('2026-02-26')
      const { due_on, expected_on } = mailed(`${invoice.id}/overdue_1/2026-02-25`)
      assert.deepEqual([due_on, expected_on], ['2026-01-20', '2026-02-25'])
      await clean()
      await pay(invoice.id, 29_667n)
      assert.equal((await read(invoice.id)).owed_on, '2026-03-20')
      await clean()
    })

    test('is charged and started by its part, or as a whole when that is asked for', async () => {
      const { client, invoice } = await debt()
      const gateway = await makeGateway(means)
      const needs = (reference: string) => ({ outcome: 'needs_client', reference, url: 'https://pay.test/x' })
      const plugins = scriptedGateway([needs('a'), needs('b')])
      await agree(invoice.id)
      const wish = {
        ...{ invoice_id: invoice.id, instance_id: gateway.id },
        ...{ return_url: 'https://shop.test/', cancel_url: 'https://shop.test/' },
      }
      const mine = clientActor(client.id)
      await startPayment({ ...payments, plugins }, wish, mine)
      await startPayment({ ...payments, plugins }, { ...wish, whole: true }, mine)
      const asked = plugins.asked.map(({ input }) => (input.amount as { minor: string }).minor)
      assert.deepEqual(asked, ['39667', '119000'])
    })

    test('is charged a late fee on the part that is late, once for each part', async () => {
      const { client, invoice } = await debt()
      const value = { ...lateFee.preset, kind: 'percent', percent: '1', grace_days: 2 }
      await overrideSetting(means, { key: lateFee.key, scope: 'client', scope_id: client.id, value }, staff)
      await agree(invoice.id)
      for (const on of ['2026-01-22', '2026-01-23']) await bill(on)
      await pay(invoice.id, 39_667n)
      for (const on of ['2026-02-22', '2026-02-23']) await bill(on)
      const fees = await db.all(
        sql`select base_minor, amount_minor from late_fees where document_id = ${invoice.id} order by step`,
      )
      assert.deepEqual(fees, [
        { base_minor: 39_667n, amount_minor: 397n },
        { base_minor: 39_667n, amount_minor: 397n },
      ])
      await clean()
    })

    test('is offered to a client from a sum on, with a fee on a document of its own', async () => {
      const { brand, client, invoice } = await debt()
      const small = await issue(means, draft(client, { amounts: [1_000n] }))
      const value = {
        minimum: { EUR: '500' },
        parts: 4,
        every: '1m',
        fee_percent: '1.5',
        tax_class: 'standard',
      } as const
      await db.transaction((trx) =>
        writeSetting(
          means,
          trx,
          { setting: instalmentOffer, scope: 'brand', scopeId: brand.id, value },
          staff,
        ),
      )
      const mine = clientActor(client.id)
      await assert.rejects(takeInstalments(means, { invoice_id: small.id }, mine), {
        code: 'instalment_plan.not_possible',
        params: { number: small.number, why: 'not_offered' },
      })
      const plan = await takeInstalments(means, { invoice_id: invoice.id }, mine)
      const fee = await read(plan.fee_id!)
      assert.deepEqual(
        [fee.origin, fee.origin_id, fee.subtotal_minor, fee.due_on],
        ['instalments', plan.id, 1_785n, '2026-01-10'],
      )
      await assert.rejects(takeInstalments(means, { invoice_id: invoice.id }, mine), {
        code: 'instalment_plan.not_possible',
      })
      const other = await makeClient(means, { brand_id: brand.id })
      await assert.rejects(takeInstalments(means, { invoice_id: invoice.id }, clientActor(other.id)), {
        code: 'record.not_found',
      })
      await clean()
    })

    test('ends by hand and with its document, and is refused where nothing can be split', async () => {
      const { invoice } = await debt()
      await agree(invoice.id)
      await assert.rejects(agree(invoice.id), { code: 'instalment_plan.not_possible' })
      await endInstalments(means, { invoice_id: invoice.id, reason: 'Client asked' }, staff)
      assert.equal((await read(invoice.id)).owed_on, '2026-01-20')
      await assert.rejects(endInstalments(means, { invoice_id: invoice.id, reason: 'x' }, staff), {
        code: 'instalment_plan.none',
      })
      await agree(invoice.id)
      await voidInvoice(means, { invoice_id: invoice.id, reason: 'Wrong' }, staff)
      assert.equal((await findInstalments(db, invoice.id))!.plan.status, 'ended')
      await assert.rejects(agree(invoice.id), { code: 'instalment_plan.not_possible' })
      await clean()
    })
  })
