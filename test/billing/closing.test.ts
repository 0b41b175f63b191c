import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import {
  account,
  balancesBefore,
  closeMonth,
  creditInvoice,
  isInChart,
  postJournal,
  reopenMonth,
  trialBalance,
  verifyBooks,
  voidInvoice,
  type DraftInvoice,
} from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { BerthError, isoDate } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'
import { actor, draft, issue, makeBuyer } from './support.ts'

test('every account that the ledger names stands in the chart', () => {
  const named = Object.values(account).map((of) => (typeof of === 'function' ? of('x') : of))
  assert.deepEqual(
    named.filter((name) => !isInChart(name)),
    [],
  )
})

for (const engine of engines)
  describe(`months that close (${engine})`, async () => {
    const database = await makeDatabase(engine)
    after(() => database.remove())

    const year = { periodStart: isoDate('2026-01-01'), periodEnd: isoDate('2027-01-01') }
    /** 365.00 for the year 2026, and 50.00 without a period. */
    const yearly = (client: { id: string; brand_id: string; currency: string }): DraftInvoice => {
      const plain = draft(client, { amounts: [36_500n, 5_000n] })
      return { ...plain, lines: plain.lines.map((line, i) => (i === 0 ? { ...line, ...year } : line)) }
    }
    const sums = async (means: TestMeans, brandId: string, day: string) => {
      const rows = await balancesBefore(means.db, isoDate(day), { actor, brandId })
      return Object.fromEntries(
        rows.filter((row) => row.balance_minor !== 0n).map((row) => [row.account, row.balance_minor]),
      )
    }
    const codeOf = async (act: Promise<unknown>): Promise<BerthError> => {
      const error = await act.then(
        () => null,
        (thrown: unknown) => thrown,
      )
      assert.ok(error instanceof BerthError, String(error))
      return error
    }

    test('a closed month refuses every journal of its days, and later income leaves it', async () => {
      const means = testMeans(database.db, { now: '2026-01-10T10:00:00.000Z' })
      const { brand, client } = await makeBuyer(means)
      await issue(means, yearly(client))
      assert.equal(
        (await codeOf(closeMonth(means, { brand_id: brand.id, month: '2026-01' }, actor))).code,
        'ledger.month_not_closable',
      )
      means.business.set('2026-02-03T10:00:00.000Z')
      const month = await closeMonth(means, { brand_id: brand.id, month: '2026-01' }, actor)
      // 31 of 365 days are earned; 334.00 belong to later days.
      const expected = {
        receivable: 49_385n,
        'deferred:manual': -33_400n,
        'revenue:manual': -8_100n,
        'tax:VAT:190000': -7_885n,
      }
      assert.deepEqual(await sums(means, brand.id, '2026-02-01'), expected)
      const late = await codeOf(
        means.db.transaction((trx) =>
          postJournal(means, trx, {
            ...{
              kind: 'test',
              sourceId: means.newId('req'),
              brandId: brand.id,
              effectiveOn: isoDate('2026-01-31'),
            },
            postings: [
              { account: 'rounding', currency: 'EUR', amountMinor: 1n },
              { account: 'receivable', currency: 'EUR', clientId: client.id, amountMinor: -1n },
            ],
          }),
        ),
      )
      assert.deepEqual(
        [late.code, late.status, Object.keys(late.fields)],
        ['ledger.month_closed', 409, ['effective_on']],
      )
      assert.deepEqual(await sums(means, brand.id, '2026-02-01'), expected)
      assert.deepEqual(await verifyBooks(means.db, isoDate('2026-02-03')), [])

      means.business.set('2026-03-02T10:00:00.000Z')
      await closeMonth(means, { brand_id: brand.id, month: '2026-02' }, actor)
      const february = await trialBalance(
        means.db,
        { from: isoDate('2026-02-01'), until: isoDate('2026-03-01') },
        { actor, brandId: brand.id },
      )
      const moved = february.filter((row) => row.debit_minor !== 0n || row.credit_minor !== 0n)
      assert.deepEqual(
        moved.map(({ account: name, opening_minor, debit_minor, credit_minor, balance_minor }) => [
          name,
          opening_minor,
          debit_minor,
          credit_minor,
          balance_minor,
        ]),
        [
          ['deferred:manual', -33_400n, 2_800n, 0n, -30_600n],
          ['revenue:manual', -8_100n, 0n, 2_800n, -10_900n],
        ],
      )
      assert.equal(
        february.reduce((sum, row) => sum + row.balance_minor, 0n),
        0n,
      )
      assert.equal(
        (await codeOf(reopenMonth(means, { ledger_month_id: month.id, reason: 'Wrong' }, actor))).code,
        'ledger.month_not_reopenable',
      )
      assert.deepEqual(await verifyBooks(means.db, isoDate('2026-03-02')), [])
    })

    test('months close in order, once, and open again from the last one with a reason', async () => {
      const means = testMeans(database.db, { now: '2026-01-10T10:00:00.000Z' })
      const { brand, client } = await makeBuyer(means)
      const invoice = await issue(means, yearly(client))
      means.business.set('2026-04-02T10:00:00.000Z')
      const close = (month: string) => closeMonth(means, { brand_id: brand.id, month }, actor)
      const january = await close('2026-01')
      assert.match((await codeOf(close('2026-03'))).message, /2026-02 comes first/)
      assert.match((await codeOf(close('2026-01'))).message, /closed already/)
      const before = await sums(means, brand.id, '2026-02-01')
      const reader = staffActor(['ledger_month.close'])
      assert.equal(
        (await codeOf(reopenMonth(means, { ledger_month_id: january.id, reason: 'x' }, reader))).code,
        'actor.forbidden',
      )
      assert.equal(
        (await codeOf(reopenMonth(means, { ledger_month_id: january.id, reason: '' }, actor))).code,
        'input.invalid',
      )
      await reopenMonth(means, { ledger_month_id: january.id, reason: 'A bill was missing' }, actor)
      assert.deepEqual(await sums(means, brand.id, '2026-02-01'), {
        receivable: 49_385n,
        'revenue:manual': -41_500n,
        'tax:VAT:190000': -7_885n,
      })
      const noted = await means.db.get<{ reason: string; after_state: string }>(
        sql`select reason, after_state from audit where subject = ${january.id} and action = 'ledger_month.reopen'`,
      )
      assert.deepEqual({ ...noted }, { reason: 'A bill was missing', after_state: '{"status":"reopened"}' })
      await close('2026-01')
      assert.deepEqual(await sums(means, brand.id, '2026-02-01'), before)
      // Taken back in April: February is still to be closed, and the whole year leaves revenue again in April.
      await creditInvoice(means, { invoice_id: invoice.id, reason: 'Cancelled' }, actor)
      await close('2026-02')
      await close('2026-03')
      means.business.set('2026-05-02T10:00:00.000Z')
      await close('2026-04')
      const april = await sums(means, brand.id, '2026-05-01')
      assert.deepEqual(april, {})
      assert.deepEqual(await verifyBooks(means.db, isoDate('2026-05-02')), [])
    })

    test('a void in a later month takes the deferred part back with it', async () => {
      const means = testMeans(database.db, { now: '2026-01-10T10:00:00.000Z' })
      const { brand, client } = await makeBuyer(means)
      const invoice = await issue(means, yearly(client))
      means.business.set('2026-02-03T10:00:00.000Z')
      await closeMonth(means, { brand_id: brand.id, month: '2026-01' }, actor)
      await voidInvoice(means, { invoice_id: invoice.id, reason: 'Sent twice' }, actor)
      means.business.set('2026-03-03T10:00:00.000Z')
      await closeMonth(means, { brand_id: brand.id, month: '2026-02' }, actor)
      assert.deepEqual(await sums(means, brand.id, '2026-03-01'), {})
      assert.deepEqual(await verifyBooks(means.db, isoDate('2026-03-03')), [])
    })

    test('a month whose last day was not billed stays open', async () => {
      const means = testMeans(database.db, { now: '2026-02-01T10:00:00.000Z' })
      const { brand } = await makeBuyer(means)
      const run = (on: string, status: string) =>
        means.db.insert('billing_runs', [
          {
            ...{
              id: means.newId('run'),
              kind: `renewals:${brand.zone}`,
              as_of_on: on,
              status,
              position: '',
              fence: 0,
            },
            ...{
              counts: '{}',
              started_at: means.business.now(),
              ended_at: null,
              updated_at: means.business.now(),
            },
          },
        ])
      await run('2026-01-30', 'done')
      const close = () => closeMonth(means, { brand_id: brand.id, month: '2026-01' }, actor)
      assert.match((await codeOf(close())).message, /billing of 2026-01-31 has not been run/)
      await run('2026-01-31', 'running')
      assert.match((await codeOf(close())).message, /billing of 2026-01-31 has not been run/)
      await means.db.run(sql`update billing_runs set status = 'done' where as_of_on = '2026-01-31'`)
      assert.equal((await close()).status, 'closed')
      await means.db.run(sql`delete from billing_runs`)
    })
  })
