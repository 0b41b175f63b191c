import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import {
  balancesBefore,
  closeMonth,
  expireGiftCards,
  issueGiftCard,
  verifyBooks,
} from '../../core/billing/index.ts'
import { createTaxRule } from '../../core/brands/index.ts'
import { sql } from '../../core/db/index.ts'
import { addDays, isoDate, type IsoDate } from '../../core/kernel/index.ts'
import {
  allReports,
  findReport,
  reportCsv,
  type Report,
  type ReportQuery,
  type ReportRow,
} from '../../core/reports/index.ts'
import { makeServices } from '../billing/make-services.ts'
import { actor, draft, issue, makeBuyer } from '../billing/support.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { makeBrand, makeClient, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { liveHistory } from './history.ts'

const HISTORIES = 6

const total = (rows: readonly ReportRow[], key: string): bigint =>
  rows.reduce((sum, row) => sum + row.figures[key]!, 0n)

for (const engine of engines)
  describe(`reports (${engine})`, async () => {
    const database = await makeDatabase(engine)
    after(() => database.remove())
    const means = testMeans(database.db)
    const { db } = means

    const queryOf = (brandId: string, from: string, until: string): ReportQuery => ({
      ...{ actor, from: isoDate(from), until: isoDate(until), zone: 'Europe/Berlin', brandId },
    })
    const rowsOf = (key: string, query: ReportQuery): Promise<ReportRow[]> => findReport(key)!.rows(db, query)

    /** What the ledger says of accounts that begin with a word, over some days, deferrals apart. */
    const moved = async ({ brandId, from, until }: ReportQuery, word: string): Promise<bigint> => {
      const row = await db.get<{ sum_minor: bigint | null }>(sql`
        select sum(p.amount_minor) as sum_minor from postings p join journals j on j.id = p.journal_id
        where j.brand_id = ${brandId} and j.effective_on >= ${from} and j.effective_on < ${until}
          and (p.account = ${word} or p.account like ${`${word}:%`}) and j.kind not like 'income_defer%'`)
      return row?.sum_minor ?? 0n
    }

    /** What each client owes at the end of the days, by its documents. */
    const debtOf = async (query: ReportQuery): Promise<Record<string, bigint>> => {
      const place = { currency: 'EUR', groups: {} }
      const documents = await findReport('aged_debt')!.documents(db, query, { place, limit: 1_000 })
      const owed: Record<string, bigint> = {}
      for (const { client_id: id, figures } of documents) owed[id!] = (owed[id!] ?? 0n) + figures.owed!
      return owed
    }
    /** The same by the ledger. */
    const receivableOf = async ({ brandId, until }: ReportQuery): Promise<Record<string, bigint>> => {
      const rows = await db.all<{ client_id: string; owed_minor: bigint }>(sql`
        select p.client_id, sum(p.amount_minor) as owed_minor from postings p join journals j on j.id = p.journal_id
        where j.brand_id = ${brandId} and j.effective_on < ${until} and p.account = 'receivable'
        group by p.client_id having sum(p.amount_minor) <> 0`)
      return Object.fromEntries(rows.map((row) => [row.client_id, row.owed_minor]))
    }

    /** Every row opens into documents whose figures add up to it, page by page. */
    async function assertOpens(
      report: Report,
      query: ReportQuery,
      rows: readonly ReportRow[],
    ): Promise<void> {
      for (const row of rows) {
        const sums = Object.fromEntries(report.figures.map(({ key }) => [key, 0n]))
        const seen = new Set<string>()
        for (let after: string | undefined; ;) {
          const page = await report.documents(db, query, { place: row, after, limit: 3 })
          const shown = page.slice(0, 3)
          for (const one of shown) {
            assert.ok(!seen.has(one.id), `${one.id} is listed once`)
            seen.add(one.id)
            for (const { key } of report.figures) sums[key]! += one.figures[key]!
          }
          after = shown.at(-1)?.id
          if (page.length <= 3) break
        }
        assert.deepEqual(sums, row.figures, `${report.key} ${JSON.stringify(row.groups)}`)
        assert.ok(seen.size > 0)
      }
    }

    for (let seed = 1; seed <= HISTORIES; seed++)
      test(`of history ${seed} agree with the ledger and open into their documents`, async () => {
        const { brand } = await liveHistory(means, { from: '2026-01-03', days: 110, acts: 70, seed })
        const months = ['2026-01', '2026-02', '2026-03']
        const days = [
          ...months.map((month) => queryOf(brand.id, `${month}-01`, nextMonth(month))),
          queryOf(brand.id, '2026-01-01', '2026-05-01'),
        ]
        for (const query of days) {
          const tax = await rowsOf('tax', query)
          assert.equal(total(tax, 'tax'), -(await moved(query, 'tax')))
          const revenue = -(await moved(query, 'revenue'))
          assert.equal(total(tax, 'net'), revenue)
          assert.equal(total(await rowsOf('products', query), 'net'), revenue)
          assert.equal(total(await rowsOf('countries', query), 'net'), revenue)
          const money = await rowsOf('gateways', query)
          assert.equal(total(money, 'cleared'), await moved(query, 'gateway_clearing'))
          assert.equal(total(money, 'fee'), await moved(query, 'gateway_fees'))
          const refunds = await rowsOf('refunds', query)
          const goodwill = refunds.filter((row) => row.groups.taken_from === 'goodwill')
          assert.equal(total(goodwill, 'amount'), await moved(query, 'refunds'))
          const receivable = (await balancesBefore(db, query.until, { actor, brandId: brand.id })).filter(
            (row) => row.account === 'receivable',
          )
          assert.equal(
            total(await rowsOf('aged_debt', query), 'owed'),
            receivable.reduce((sum, row) => sum + row.balance_minor, 0n),
          )
          assert.deepEqual(await debtOf(query), await receivableOf(query))
          const deferred = await rowsOf('deferred_income', query)
          assert.equal(
            total(deferred, 'opening') + total(deferred, 'invoiced') - total(deferred, 'earned'),
            total(deferred, 'closing'),
          )
          assert.equal(total(deferred, 'invoiced'), revenue)
        }
        for (const report of allReports)
          await assertOpens(report, days.at(-1)!, await report.rows(db, days.at(-1)!))
        for (const report of allReports) await assertOpens(report, days[1]!, await report.rows(db, days[1]!))
        for (const month of months) {
          await closeMonth(means, { brand_id: brand.id, month }, actor)
          const query = queryOf(brand.id, `${month}-01`, nextMonth(month))
          const held = (await balancesBefore(db, query.until, { actor, brandId: brand.id })).filter((row) =>
            row.account.startsWith('deferred:'),
          )
          assert.equal(
            total(await rowsOf('deferred_income', query), 'closing'),
            -held.reduce((sum, row) => sum + row.balance_minor, 0n),
          )
        }
        const wrong = await verifyBooks(db, isoDate('2026-04-25'))
        assert.deepEqual(wrong, [])
      })

    test('buckets of debt begin the day after the due day', async () => {
      means.business.set('2026-01-10T10:00:00.000Z')
      const { brand, client } = await makeBuyer(means)
      for (const [i, back] of [0, 1, 30, 31, 60, 61, 90, 91].entries())
        await issue(
          means,
          draft(client, {
            amounts: [BigInt(100 * (i + 1))],
            dueOn: addDays(isoDate('2026-04-30'), -back),
          }),
        )
      const [row, ...others] = await rowsOf('aged_debt', queryOf(brand.id, '2026-04-30', '2026-05-01'))
      assert.deepEqual(others, [])
      const gross = (...nets: number[]): bigint => nets.reduce((sum, net) => sum + BigInt(net * 119), 0n)
      assert.deepEqual(row!.figures, {
        ...{
          not_due: gross(1),
          up_to_30: gross(2, 3),
          up_to_60: gross(4, 5),
          up_to_90: gross(6, 7),
          older: gross(8),
        },
        owed: gross(1, 2, 3, 4, 5, 6, 7, 8),
      })
    })

    test('a line that bears two taxes counts into the net once, and is taxed on by both', async () => {
      means.business.set('2026-01-10T10:00:00.000Z')
      const brand = await makeBrand(means)
      const rule = {
        seller_id: brand.seller_id,
        country: 'CA',
        tax_class: 'standard',
        starts_on: '2020-01-01',
      }
      await createTaxRule(means, { ...rule, name: 'GST', rate_ppm: 50_000 }, staffActor())
      const second = { ...rule, region: 'QC', name: 'QST', rate_ppm: 99_750, level: 2 }
      await createTaxRule(means, second, staffActor())
      for (const region of ['QC', 'ON']) {
        const client = await makeClient(means, { brand_id: brand.id, country: 'CA', region })
        await issue(means, draft(client, { amounts: [8_000n, 2_000n] }))
      }
      const query = queryOf(brand.id, '2026-01-01', '2026-02-01')
      const rows = await rowsOf('tax', query)
      assert.deepEqual(
        rows.map(({ groups, figures }) => [groups.tax_name, groups.rate, Object.values(figures)]),
        [
          ['GST', '50000', [20_000n, 20_000n, 1_000n, 0n]],
          ['QST', '99750', [0n, 10_000n, 998n, 0n]],
        ],
      )
      assert.equal(total(rows, 'net'), -(await moved(query, 'revenue')))
      await assertOpens(findReport('tax')!, query, rows)
    })

    test('a gift card that ended unused is revenue without a document, and opens its journal', async () => {
      means.business.set('2026-01-10T10:00:00.000Z')
      const { brand } = await makeBuyer(means)
      const card = { brand_id: brand.id, currency: 'EUR', amount_minor: '5000', expires_on: '2026-01-31' }
      await issueGiftCard(means, card, staffActor())
      means.business.set('2026-02-03T10:00:00.000Z')
      await expireGiftCards(means)
      const query = queryOf(brand.id, '2026-02-01', '2026-03-01')
      const rows = await rowsOf('products', query)
      assert.deepEqual(
        rows.map(({ groups, figures }) => [groups.product, groups.line_kind, figures.net]),
        [['', 'breakage', 5_000n]],
      )
      assert.equal(total(rows, 'net'), -(await moved(query, 'revenue')))
      const [behind] = await findReport('products')!.documents(db, query, { place: rows[0]! })
      const journal = await db.get<{ source_id: string }>(
        sql`select source_id from journals where brand_id = ${brand.id} and kind = 'gift_card_expired'`,
      )
      assert.equal(behind!.id, journal!.source_id)
    })

    test('monthly recurring revenue brings every cycle to a month, coupons off, without trials', async () => {
      means.business.set('2026-01-10T10:00:00.000Z')
      const { brand } = await makeBuyer(means)
      await makeServices(means, brand, { clients: 1, perClient: 6, nextPeriodOn: '2026-02-01' })
      const services = await db.all<{ id: string }>(
        sql`select id from services where brand_id = ${brand.id} order by id`,
      )
      const coupon = {
        ...{ id: means.newId('cpn'), brand_id: brand.id, code: 'TEN', kind: 'percent', percent_ppm: 100_000 },
        ...{ currency: null, amount_minor: null, product_ids: '[]', status: 'active' },
        ...{ created_at: means.business.now(), updated_at: means.business.now() },
      }
      await db.insert('coupons', [coupon])
      const cycles: [cycle: string, recurring: bigint, through: string | null, coupon: string | null][] = [
        ['1m', 1_000n, '2026-02-01', null],
        ['1y', 12_000n, '2027-01-01', coupon.id],
        ['3m', 1_000n, '2026-04-01', null],
        ['1w', 700n, '2026-01-14', null],
        ['1d', 100n, '2026-01-11', null],
        ['1m', 9_999n, null, null],
      ]
      for (const [i, [cycle, recurring, through, couponId]] of cycles.entries())
        await db.run(
          sql`update services set cycle = ${cycle}, recurring_minor = ${recurring}, charged_through = ${through}, coupon_id = ${couponId} where id = ${services[i]!.id}`,
        )
      const query = queryOf(brand.id, '2026-01-10', '2026-01-11')
      const rows = await rowsOf('mrr', query)
      // 1 d: 100 × 365/12 = 3,041.67; 1 m: 1,000; 1 w: 700 × 52/12 = 3,033.33; 1 y: 10,800 / 12 = 900; 3 m: 333.33.
      assert.deepEqual(
        rows.map((row) => [row.groups.cycle, row.figures.mrr, row.figures.arr]),
        [
          ['1d', 3_042n, 36_504n],
          ['1m', 1_000n, 12_000n],
          ['1w', 3_033n, 36_396n],
          ['1y', 900n, 10_800n],
          ['3m', 333n, 3_996n],
        ],
      )
      await assertOpens(findReport('mrr')!, query, rows)
    })

    test('staff of one brand see its figures alone, and CSV says plainly what the page shows', async () => {
      means.business.set('2026-01-10T10:00:00.000Z')
      const one = await makeBuyer(means)
      const two = await makeBuyer(means)
      await issue(means, draft(one.client, { amounts: [1_000n] }))
      await issue(means, draft(two.client, { amounts: [5_000n] }))
      const bound = { ...staffActor(), brandIds: [one.brand.id] }
      const query = { ...queryOf('', '2026-01-01', '2026-02-01'), brandId: null, actor: bound }
      const rows = await rowsOf('tax', query)
      assert.equal(
        reportCsv(findReport('tax')!, rows),
        'country,tax_name,rate,currency,net,taxed,tax,corrected_tax,documents\r\nDE,VAT,190000,EUR,10.00,10.00,1.90,0.00,1\r\n',
      )
      const other = { ...query, brandId: two.brand.id }
      for (const report of allReports) assert.deepEqual(await report.rows(db, other), [], report.key)
    })
  })

function nextMonth(month: string): IsoDate {
  const [year, of] = month.split('-').map(Number)
  return isoDate(of === 12 ? `${year! + 1}-01-01` : `${year}-${String(of! + 1).padStart(2, '0')}-01`)
}
