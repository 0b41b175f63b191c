import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import fc from 'fast-check'
import { divideHalfUp } from '../../sdk/index.ts'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import {
  amountOf,
  billDay,
  createBillable,
  getInvoice,
  planBillable,
  previewBilling,
  stopBillable,
  verifyBooks,
  type BillableItem,
  type BillableLine,
} from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { cycle, isoDate, periodStart } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { clientActor, makeClient, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { makeServices } from './make-services.ts'
import { makeBuyer } from './support.ts'

const line = (unit_minor: string, over: object = {}) => ({
  ...{ description: 'Migration', basis: 'amount', quantity: '1', unit_minor, tax_class: 'standard' },
  ...over,
})

describe('what hours and parts of a unit cost', () => {
  test('is quantity × unit, half up, by a table', () => {
    const cases: [milli: number, unit: bigint, amount: bigint, why: string][] = [
      [2_500, 8_000n, 20_000n, '2.5 h at 80.00'],
      [333, 10n, 3n, 'a third of ten is 3.33'],
      [350, 10n, 4n, '3.5 goes up'],
      [350, -10n, -4n, 'and away from zero below it'],
      [1_001, 1_000n, 1_001n, 'a thousandth more'],
      [500, 15n, 8n, 'half of 15 yen'],
    ]
    for (const [milli, unit, amount, why] of cases) assert.equal(amountOf(milli, unit), amount, why)
  })

  test('never differs from the exact sum by more than half a unit', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000_000 }),
        fc.bigInt(-1_000_000_000n, 1_000_000_000n),
        (milli, unit) => {
          const off = amountOf(milli, unit) * 1_000n - BigInt(milli) * unit
          return (off < 0n ? -off : off) * 2n <= 1_000n
        },
      ),
    ))
})

describe('the times of an item', () => {
  const item = (over: Partial<BillableItem>): BillableItem => ({
    ...{ id: 'bli_1', brand_id: 'brd_1', client_id: 'cli_1', currency: 'EUR', name: 'Care', timing: 'day' },
    ...{
      cycle: null,
      times: null,
      done: 0,
      anchor_on: isoDate('2026-01-31'),
      next_on: isoDate('2026-01-31'),
    },
    ...{
      apart: 0,
      notes: null,
      status: 'active',
      version: 1,
      created_at: '' as never,
      updated_at: '' as never,
    },
    ...over,
  })
  const lines: BillableLine[] = [1, 2].map((position) => ({
    ...{
      item_id: 'bli_1',
      position,
      description: `Line ${position}`,
      basis: 'amount',
      quantity_milli: 1_000,
    },
    ...{ unit_minor: 500n, amount_minor: 500n, tax_class: 'standard' },
  }))

  test('are counted from the anchor: the last day of a month stays the last', () => {
    const due = planBillable(item({ cycle: cycle('1m'), times: 4 }), lines, {
      untilOn: isoDate('2026-12-31'),
      most: 3,
    })
    assert.deepEqual(
      due!.lines.filter((_, i) => i % 2 === 0).map((one) => [one.periodStart, one.periodEnd]),
      [
        ['2026-01-31', '2026-02-28'],
        ['2026-02-28', '2026-03-31'],
        ['2026-03-31', '2026-04-30'],
      ],
    )
    assert.deepEqual(due!.step, {
      ...{ id: 'bli_1', from_done: 0, to_done: 3, next_on: '2026-04-30', status: 'active' },
    })
  })

  test('are as many as wished, each once, whatever the days on which runs come', () =>
    fc.assert(
      fc.property(
        fc.constantFrom('1m', '14d', '1y', '3m'),
        fc.integer({ min: 1, max: 24 }),
        fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 30 }),
        (every, times, days) => {
          let now = item({ cycle: cycle(every), times })
          const charged: string[] = []
          for (const day of [...days.sort((a, b) => a - b), ...Array<number>(30).fill(20_000)]) {
            const untilOn = periodStart(isoDate('2026-01-01'), cycle('1d'), day)
            const due = now.status === 'active' ? planBillable(now, lines, { untilOn, most: 3 }) : null
            if (!due) continue
            charged.push(...due.lines.map((one) => `${one.periodStart!} ${one.cause!}`))
            const step = due.step as { to_done: number; next_on: never; status: 'active' | 'done' }
            now = { ...now, done: step.to_done, next_on: step.next_on, status: step.status }
          }
          assert.equal(new Set(charged).size, charged.length)
          assert.equal(charged.length, times * lines.length)
          assert.equal(now.status, 'done')
        },
      ),
    ))
})

for (const engine of engines)
  describe(`items outside products (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db, { now: '2026-01-15T06:00:00.000Z' })
    const deps = billingDeps(means)
    const staff = staffActor()
    const { brand, client } = await makeBuyer(means)
    const bill = (on: string) => {
      means.business.set(`${on}T06:00:00.000Z`)
      return billDay(deps, isoDate(on))
    }
    const clean = async (on: string) => assert.deepEqual(await verifyBooks(db, isoDate(on)), [])
    const invoicesOf = (clientId: string) =>
      db.all<{ id: string; origin: string; due_on: string; subtotal_minor: bigint; notes: string | null }>(
        sql`select id, origin, due_on, subtotal_minor, notes from invoices where client_id = ${clientId} order by id`,
      )
    const create = (over: object, of = client) =>
      createBillable(
        means,
        { client_id: of.id, name: 'Care', timing: 'now', lines: [line('5000')], ...over },
        staff,
      )

    test('are invoiced now, by hours, with the taxes of the day', async () => {
      const lines = [
        line('8000', { basis: 'hours', quantity: '2.25', description: 'Debugging' }),
        line('1999', { basis: 'quantity', quantity: '3', description: 'Licence' }),
      ]
      const id = await create({ lines, notes: 'As agreed on the phone' })
      const [row] = await invoicesOf(client.id)
      const invoice = await getInvoice(db, row!.id, staff)
      assert.deepEqual(
        invoice.lines.map((one) => [
          one.description,
          one.quantity,
          one.unit_minor,
          one.amount_minor,
          one.source_id,
        ]),
        [
          ['Debugging', 1, 18_000n, 18_000n, id],
          ['Licence', 3, 1_999n, 5_997n, id],
        ],
      )
      assert.deepEqual(
        [invoice.origin, invoice.origin_id, invoice.notes],
        ['billable', id, 'As agreed on the phone'],
      )
      assert.equal(invoice.tax_minor, divideHalfUp(23_997n * 19n, 100n))
      assert.equal((JSON.parse(invoice.lines[0]!.trace) as { quantity: string }).quantity, '2.25')
      await clean('2026-01-15')
    })

    test('wait for the next invoice of their client, and bring none by themselves', async () => {
      await makeServices(means, brand, { clients: 2, perClient: 1, nextPeriodOn: '2026-02-10' })
      const [one] = await db.all<{ id: string; brand_id: string; currency: string }>(
        sql`select id, brand_id, currency from clients where name = 'Client 0'`,
      )
      await create({ timing: 'next', name: 'Domain move' }, one as typeof client)
      assert.equal((await bill('2026-02-01')).invoices, 0)
      assert.equal((await bill('2026-02-03')).invoices, 2)
      await bill('2026-02-03')
      const [invoice, more] = await invoicesOf(one!.id)
      assert.deepEqual([invoice!.subtotal_minor, invoice!.due_on, more], [5_599n, '2026-02-10', undefined])
      assert.equal((await bill('2026-03-03')).invoices, 2)
      assert.equal((await invoicesOf(one!.id))[1]!.subtotal_minor, 599n)
      await clean('2026-03-03')
    })

    test('are charged on a day and again every period for so many times, each once; a repeating invoice stands apart', async () => {
      const repeating = await makeClient(means, { brand_id: brand.id })
      const id = await create(
        {
          ...{ timing: 'day', on: '2026-03-31', cycle: '1m', times: 3, apart: true, notes: 'Retainer' },
          lines: [line('10000'), line('-1000', { description: 'Discount' })],
        },
        repeating as typeof client,
      )
      await create({ timing: 'day', on: '2026-03-31', name: 'Audit' }, repeating as typeof client)
      const preview = await previewBilling(means, deps, { today: isoDate('2026-03-10'), days: 100 })
      const planned = preview.invoices.filter((one) => one.clientId === repeating.id)
      assert.deepEqual(
        planned.map((one) => [one.issuesOn, one.dueOn, one.netMinor]),
        [
          ['2026-03-24', '2026-03-31', 9_000n],
          ['2026-03-24', '2026-03-31', 5_000n],
          ['2026-04-23', '2026-04-30', 9_000n],
          ['2026-05-24', '2026-05-31', 9_000n],
        ],
      )
      for (const on of ['2026-03-24', '2026-03-24', '2026-04-23', '2026-05-24', '2026-07-01']) await bill(on)
      const made = await invoicesOf(repeating.id)
      assert.deepEqual(
        made.map((row) => [row.origin, row.due_on, row.subtotal_minor, row.notes]),
        [
          ['billable', '2026-03-31', 9_000n, 'Retainer'],
          ['renewal', '2026-03-31', 5_000n, null],
          ['billable', '2026-04-30', 9_000n, 'Retainer'],
          ['billable', '2026-05-31', 9_000n, 'Retainer'],
        ],
      )
      const row = await db.get<BillableItem>(sql`select * from billable_items where id = ${id}`)
      assert.deepEqual([row!.status, row!.done, row!.next_on], ['done', 3, null])
      await assert.rejects(stopBillable(means, { item_id: id, reason: 'Enough' }, staff), {
        code: 'billable_item.over',
      })
      await clean('2026-07-01')
    })

    test('two runs at once double nothing, and one that was stopped is charged no further', async () => {
      const stopped = await makeClient(means, { brand_id: brand.id })
      const id = await create({ timing: 'day', on: '2026-07-10', cycle: '7d' }, stopped as typeof client)
      await Promise.all([bill('2026-07-05'), bill('2026-07-05'), bill('2026-07-05')])
      assert.equal((await invoicesOf(stopped.id)).length, 1)
      await stopBillable(means, { item_id: id, reason: 'The client left' }, staff)
      await bill('2026-08-05')
      assert.equal((await invoicesOf(stopped.id)).length, 1)
      await clean('2026-08-05')
    })

    test('refuse what cannot be, and whoever is no staff', async () => {
      const refused = (over: object, field: string) =>
        assert.rejects(create(over), (error: { code: string; params: { fields: object } }) => {
          assert.equal(error.code, 'input.invalid')
          assert.ok(field in error.params.fields, JSON.stringify(error.params))
          return true
        })
      await refused({ timing: 'next', cycle: '1m' }, 'cycle')
      await refused({ timing: 'day', on: '2026-01-01' }, 'on')
      await refused({ timing: 'day', on: '2026-02-30' }, 'on')
      await refused({ times: 3 }, 'times')
      await refused({ lines: [line('-5')] }, 'lines')
      await refused({ lines: [line('9'.repeat(13), { basis: 'quantity', quantity: '999999' })] }, 'lines')
      await refused({ lines: [line('500', { quantity: '2' })] }, 'lines.0.quantity')
      await refused({ lines: [line('500', { basis: 'hours', quantity: '0' })] }, 'lines.0.quantity')
      await refused({ lines: [line('500', { basis: 'hours', quantity: '-1' })] }, 'lines.0.quantity')
      const owner = clientActor(client.id)
      await assert.rejects(createBillable(means, { client_id: client.id }, owner), {
        code: 'actor.forbidden',
      })
      await assert.rejects(create({}, { ...client, id: 'cli_unknown' }), { code: 'record.not_found' })
    })
  })
