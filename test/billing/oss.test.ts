import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import {
  creditInvoice,
  readOssDocuments,
  readOssReport,
  voidInvoice,
  weighed,
  type OssDocument,
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

    const addsUp = async (quarter: number) => {
      const of = { seller_id, year: 2026, quarter }
      const rows = await readOssReport(means, of, staff)
      const added = (documents: readonly OssDocument[]) => [
        documents.reduce((all, { netMinor }) => all + netMinor, 0n),
        documents.reduce((all, { taxMinor }) => all + taxMinor, 0n),
        documents.reduce((all, { inReturn }) => all + (inReturn?.netMinor ?? 0n), 0n),
        documents.reduce((all, { inReturn }) => all + (inReturn?.taxMinor ?? 0n), 0n),
        documents.length,
      ]
      for (const { country, ratePpm, currency, corrects, ...row } of rows) {
        const place = { country, rate_ppm: ratePpm, currency, ...(corrects === null ? {} : { corrects }) }
        const found = added(await readOssDocuments(means, { ...of, ...place }, staff))
        const told = [row.inReturn?.netMinor ?? 0n, row.inReturn?.taxMinor ?? 0n]
        assert.deepEqual(found, [row.netMinor, row.taxMinor, ...told, row.documents])
      }
      const all = await readOssDocuments(means, of, staff)
      const sum = rows.reduce((sum, row) => sum + (row.inReturn?.taxMinor ?? 0n), 0n)
      assert.deepEqual(added(all).slice(3), [sum, rows.reduce((count, row) => count + row.documents, 0)])
      return rows.length
    }

    test('each figure opens into its documents, which add up to it, as all of them do to the sum', async () => {
      assert.deepEqual([await addsUp(1), await addsUp(2)], [2, 3])
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
      assert.equal(await addsUp(4), 2)
      const [french] = await readOssReport(means, { seller_id, year: 2026, quarter: 2 }, staff)
      assert.deepEqual(french?.inReturn, { netMinor: 2_000n, taxMinor: 400n, rate: null, rateOn: null })
    })

    test('a row is converted once, and its documents share the cents that each alone would round away', async () => {
      means.business.set('2027-01-05T10:00:00.000Z')
      const other = await makeBrand(means, { seller_id, currency: 'SEK', currencies: '["SEK"]' })
      const swede = await makeClient(means, { brand_id: other.id, country: 'SE', currency: 'SEK' })
      for (const amount of [5n, 5n, 5n]) await issue(means, draft(swede, { amounts: [amount] }))
      means.business.set('2027-04-01T10:00:00.000Z')
      await enterRate(means, { base: 'EUR', currency: 'SEK', valid_on: '2027-03-31', rate: '10' }, staff)
      const of = { seller_id, year: 2027, quarter: 1 }
      const [row] = await readOssReport(means, of, staff)
      const shares = (await readOssDocuments(means, of, staff)).map(({ inReturn }) => inReturn?.netMinor)
      // 0.15 kr is 1.5 cents, told as 2; three times 0.05 kr, told each by itself, would be three.
      assert.deepEqual([row?.inReturn?.netMinor, shares], [2n, [1n, 0n, 1n]])
    })

    test('a void counts in the quarter in which the ledger has it, by the days of the brand', async () => {
      means.business.set('2027-06-10T10:00:00.000Z')
      const auckland = await makeBrand(means, { seller_id, zone: 'Pacific/Auckland' })
      const client = await makeClient(means, { brand_id: auckland.id, country: 'FR' })
      const sold = await issue(means, draft(client, { amounts: [10_000n] }))
      // Still 30 June in UTC, and 1 July for the brand.
      means.business.set('2027-06-30T20:00:00.000Z')
      await voidInvoice(means, { invoice_id: sold.id, reason: 'Never wanted' }, staff)
      const of = async (quarter: number) =>
        (await readOssReport(means, { seller_id, year: 2027, quarter }, staff)).map((row) => [
          ...[row.country, row.taxMinor, row.corrects],
        ])
      assert.deepEqual(await of(2), [['FR', 2_000n, null]])
      assert.deepEqual(await of(3), [['FR', -2_000n, '2027-Q2']])
    })

    test('a seller outside the EU has one too', async () => {
      const { id } = await makeSeller(means, { country: 'US' })
      assert.deepEqual(await readOssReport(means, { seller_id: id, year: 2026, quarter: 1 }, staff), [])
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
