import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import {
  creditInvoice,
  readOssDocuments,
  readOssReport,
  voidInvoice,
  weighed,
  type OssRow,
} from '../../core/billing/index.ts'
import { enterRate } from '../../core/catalog/index.ts'
import { addTaxPreset } from '../../core/brands/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { makeBrand, makeClient, makeSeller, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { draft, issue } from './support.ts'

const notes = { reverse_charge: { en: 'R' }, abroad: { en: 'A' }, india_export: { en: 'L' } }

for (const engine of engines) {
  describe(`the one-stop shop on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db, { now: '2026-02-10T10:00:00.000Z' })
    const staff = staffActor()
    const { id: seller_id } = await makeSeller(means)
    const brand = await makeBrand(means, { seller_id })
    await addTaxPreset(means, { seller_id, preset: 'eu', starts_on: '2020-01-01', oss: true, notes }, staff)
    const sell = async (country: string, amount: bigint) => {
      const client = await makeClient(means, { brand_id: brand.id, country })
      return issue(means, draft(client, { amounts: [amount] }))
    }
    const report = async (quarter: number) =>
      (await readOssReport(means, { seller_id, year: 2026, quarter }, staff)).map((row: OssRow) => [
        ...[row.country, row.ratePpm / 10_000, row.netMinor, row.taxMinor, row.corrects, row.documents],
      ])

    test('sales by state and rate; home, export and businesses are no part of it', async () => {
      const french = await sell('FR', 10_000n)
      await sell('FR', 5_000n)
      await sell('MC', 1_000n)
      const finnish = await sell('FI', 10_000n)
      for (const country of ['DE', 'US']) await sell(country, 10_000n)
      assert.deepEqual(await report(1), [
        ['FI', 25.5, 10_000n, 2_550n, null, 1],
        ['FR', 20, 16_000n, 3_200n, null, 3],
      ])

      // In the next quarter half of one is credited and another declared void: both correct the first.
      means.business.set('2026-05-10T10:00:00.000Z')
      const half = [{ position: 1, amount_minor: '5000' }]
      await creditInvoice(means, { invoice_id: french.id, lines: half, reason: 'Half' }, staff)
      await voidInvoice(means, { invoice_id: finnish.id, reason: 'Never wanted' }, staff)
      await sell('FR', 2_000n)
      assert.deepEqual(await report(2), [
        ['FR', 20, 2_000n, 400n, null, 1],
        ['FI', 25.5, -10_000n, -2_550n, '2026-Q1', 1],
        ['FR', 20, -5_000n, -1_000n, '2026-Q1', 1],
      ])
      assert.equal((await report(1)).length, 2)
    })

    test('each figure opens into its documents, which add up to it', async () => {
      for (const quarter of [1, 2])
        for (const row of await readOssReport(means, { seller_id, year: 2026, quarter }, staff)) {
          const figure = { country: row.country, rate_ppm: row.ratePpm, currency: row.currency }
          const corrects = row.corrects === null ? {} : { corrects: row.corrects }
          const wanted = { seller_id, year: 2026, quarter, ...figure, ...corrects }
          const documents = await readOssDocuments(means, wanted, staff)
          const sum = documents.reduce((all, { tax_minor }) => all + tax_minor, 0n)
          assert.deepEqual([sum, documents.length], [row.taxMinor, row.documents])
        }
    })

    test('sums of another currency in that of the return: at the last day of the quarter, or of the one corrected', async () => {
      const other = await makeBrand(means, { seller_id, currency: 'SEK', currencies: '["SEK"]' })
      const swede = await makeClient(means, { brand_id: other.id, country: 'SE', currency: 'SEK' })
      means.business.set('2026-07-02T10:00:00.000Z')
      const sale = await issue(means, draft(swede, { amounts: [100_000n] }))
      const inEuros = async (quarter: number) =>
        (await readOssReport(means, { seller_id, year: 2026, quarter }, staff))
          .filter((row) => row.currency === 'SEK')
          .map(({ netMinor, taxMinor, inReturn }) => [netMinor, taxMinor, inReturn])
      assert.deepEqual(await inEuros(3), [[100_000n, 25_000n, null]])

      means.business.set('2026-10-05T10:00:00.000Z')
      const rate = { base: 'EUR', currency: 'SEK' }
      await enterRate(means, { ...rate, valid_on: '2026-09-30', rate: '11.1234' }, staff)
      await enterRate(means, { ...rate, valid_on: '2026-10-01', rate: '12' }, staff)
      // 1,000.00 ÷ 11.1234 is 89.9006, 250.00 ÷ 11.1234 is 22.4752.
      const third = { netMinor: 8_990n, taxMinor: 2_248n, rate: '11.1234', rateOn: '2026-09-30' }
      assert.deepEqual(await inEuros(3), [[100_000n, 25_000n, third]])

      await creditInvoice(means, { invoice_id: sale.id, reason: 'Back' }, staff)
      await issue(means, draft(swede, { amounts: [100_000n] }))
      const back = { ...third, netMinor: -8_990n, taxMinor: -2_248n }
      const fourth = { netMinor: 8_333n, taxMinor: 2_083n, rate: '12', rateOn: '2026-10-01' }
      assert.deepEqual(await inEuros(4), [
        [100_000n, 25_000n, fourth],
        [-100_000n, -25_000n, back],
      ])
      const [french] = await readOssReport(means, { seller_id, year: 2026, quarter: 2 }, staff)
      assert.deepEqual(french?.inReturn, { netMinor: 2_000n, taxMinor: 400n, rate: null, rateOn: null })
    })

    test('only sellers in a member state have one', async () => {
      const { id } = await makeSeller(means, { country: 'US' })
      const of = readOssReport(means, { seller_id: id, year: 2026, quarter: 1 }, staff)
      await assert.rejects(of, { code: 'input.invalid' })
    })
  })
}

test('the place of a consumer: two that agree are enough, one is too little, another country contradicts', () => {
  const bank = { kind: 'bank' as const, source: 'Statement', noted_at: null }
  assert.equal(weighed('FR', null, []).standing, 'too_little')
  assert.equal(weighed('FR', '+33 1 23', []).standing, 'enough')
  assert.equal(weighed('FR', '0033 1 23', []).standing, 'enough')
  assert.equal(weighed('FR', '01 23', [{ ...bank, country: 'FR' }]).standing, 'enough')
  assert.equal(weighed('FR', '+49 40', [{ ...bank, country: 'FR' }]).standing, 'contradicting')
})
