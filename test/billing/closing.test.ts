import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import fc from 'fast-check'
import {
  account,
  balancesBefore,
  closeMonth,
  creditInvoice,
  deferredBefore,
  earnedBefore,
  invoicedBefore,
  isInChart,
  postJournal,
  reopenMonth,
  trialBalance,
  verifyBooks,
  voidInvoice,
  type DraftInvoice,
  type Earning,
} from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { addDays, BerthError, isoDate, type IsoDate } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'
import { actor, draft, issue, makeBuyer } from './support.ts'

describe('what of a line is earned', () => {
  const line = (over: Partial<Earning>): Earning => ({
    netMinor: 3_100n,
    startsOn: isoDate('2026-01-15'),
    endsOn: isoDate('2026-02-15'),
    issuedOn: isoDate('2026-01-10'),
    voidedOn: null,
    ...over,
  })

  test('by days, worked cases', () => {
    const cases: [why: string, line: Earning, before: string, earned: bigint][] = [
      // 31.00 for 15 January to 14 February: 17 days of January, 14 of February, one euro a day.
      ['nothing before the period', line({}), '2026-01-15', 0n],
      ['17 of 31 days by the end of January', line({}), '2026-02-01', 1_700n],
      ['all of it with the last day', line({}), '2026-02-15', 3_100n],
      [
        'issued late: what has passed is earned at once',
        line({ issuedOn: isoDate('2026-02-05') }),
        '2026-02-06',
        2_200n,
      ],
      ['not before its document', line({ issuedOn: isoDate('2026-02-05') }), '2026-02-05', 0n],
      [
        'without a period on the day of the document',
        line({ startsOn: null, endsOn: null }),
        '2026-01-11',
        3_100n,
      ],
      [
        '29 February is a day like others',
        line({ netMinor: 2_900n, startsOn: isoDate('2028-02-01'), endsOn: isoDate('2028-03-01') }),
        '2028-02-29',
        2_800n,
      ],
      ['a void takes all of it back', line({ voidedOn: isoDate('2026-01-20') }), '2026-01-21', 0n],
      ['and not before its day', line({ voidedOn: isoDate('2026-01-20') }), '2026-01-20', 500n],
      [
        'a third of a cent is rounded half up',
        line({ netMinor: 100n, startsOn: isoDate('2026-04-01'), endsOn: isoDate('2026-04-04') }),
        '2026-04-03',
        67n,
      ],
      ['a credit note mirrors it', line({ netMinor: -3_100n }), '2026-02-01', -1_700n],
    ]
    for (const [why, of, before, earned] of cases)
      assert.equal(earnedBefore(of, isoDate(before)), earned, why)
  })

  test('earned and deferred add up to what was invoiced on every day, and nothing is left at the end', () => {
    const arbitrary = fc.record({
      net: fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n }),
      starts: fc.integer({ min: -400, max: 400 }),
      days: fc.integer({ min: 1, max: 3_660 }),
      cuts: fc.array(fc.integer({ min: -500, max: 4_500 }), { minLength: 1, maxLength: 12 }),
    })
    fc.assert(
      fc.property(arbitrary, ({ net, starts, days, cuts }) => {
        const issuedOn = isoDate('2026-01-15')
        const startsOn = addDays(issuedOn, starts)
        const of = line({ netMinor: net, startsOn, endsOn: addDays(startsOn, days), issuedOn })
        const ordered = [...cuts].sort((a, b) => a - b).map((cut) => addDays(issuedOn, cut))
        let sum = 0n
        let last: IsoDate | null = null
        for (const day of ordered) {
          assert.equal(earnedBefore(of, day) + deferredBefore(of, day), invoicedBefore(of, day))
          sum += earnedBefore(of, day) - (last === null ? 0n : earnedBefore(of, last))
          last = day
        }
        assert.equal(sum, earnedBefore(of, last!))
        const end = addDays(startsOn, days)
        assert.equal(deferredBefore(of, end > issuedOn ? end : addDays(issuedOn, 1)), 0n)
      }),
    )
  })
})

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
