import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { addTaxPreset, createTaxRule } from '../../core/brands/index.ts'
import { creditInvoice, owedTo, readOssDocuments, readOssReport } from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { nameStates } from '../../migrations/0058_tax_owed.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { makeBrand, makeClient, makeSeller, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { draft, issue } from './support.ts'

const notes = { reverse_charge: { en: 'R' }, abroad: { en: 'A' }, india_export: { en: 'L' } }

/** Why, the seller's state, the buyer's, what the document says of the tax, and whose it is. */
const TABLE: readonly (readonly [string, string, string, [string | null, string, number], string | null])[] =
  [
    ['what was written down holds', 'DE', 'FR', ['FR', 'VAT', 190_000], 'FR'],
    ['also that it is the seller’s', 'AT', 'FR', ['AT', 'VAT', 200_000], 'AT'],
    ['Monaco’s is that of France', 'DE', 'MC', ['MC', 'VAT', 200_000], 'FR'],
    ['from before: the set has named it', 'AT', 'FR', [null, 'VAT AT', 200_000], 'AT'],
    ['a rate that only the seller’s state has is the seller’s', 'DE', 'FR', [null, 'MwSt', 190_000], 'DE'],
    ['a rate of the buyer’s state is the buyer’s', 'DE', 'FR', [null, 'TVA', 200_000], 'FR'],
    ['so is one that both have', 'AT', 'FR', [null, 'VAT', 200_000], 'FR'],
    ['and one that neither has, such as a reduced one', 'DE', 'FR', [null, 'TVA', 55_000], 'FR'],
    ['elsewhere it is not known whose', 'DE', 'US', [null, 'Tax', 80_000], null],
  ]
describe('whose tax a document bears', () => {
  for (const [why, country, buyer, [owed_to, tax_name, rate_ppm], owed] of TABLE)
    test(why, () => {
      const taxed = { owed_to, tax_name, rate_ppm, currency: 'EUR', month: '2026-01' }
      assert.equal(owedTo({ ...taxed, evidence: JSON.stringify({ country: buyer }) }, { country }), owed)
    })
})

for (const engine of engines) {
  describe(`the one-stop shop and whose rate was charged on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db, { now: '2026-02-10T10:00:00.000Z' })
    const staff = staffActor()
    const shop = async (preset: string, country: string, oss: boolean) => {
      const { id: seller_id } = await makeSeller(means, { country })
      await addTaxPreset(means, { seller_id, preset, starts_on: '2020-01-01', oss, notes }, staff)
      return { seller_id, brand: await makeBrand(means, { seller_id }) }
    }
    const sell = async ({ brand }: Awaited<ReturnType<typeof shop>>, country: string) => {
      const client = await makeClient(means, { brand_id: brand.id, country })
      return issue(means, draft(client, { amounts: [10_000n] }))
    }
    const report = async (seller_id: string) => {
      const of = { seller_id, year: 2026, quarter: 1 }
      const rows = await readOssReport(means, of, staff)
      const documents = await readOssDocuments(means, of, staff)
      assert.equal(
        documents.length,
        rows.reduce((sum, row) => sum + row.documents, 0),
      )
      return rows.map(({ country, ratePpm, taxMinor }) => [country, ratePpm, taxMinor])
    }

    test('below the threshold a sale to a consumer in France at the German rate is one at home', async () => {
      const small = await shop('eu', 'DE', false)
      const sold = await sell(small, 'FR')
      assert.equal(sold.tax_minor, 1_900n)
      assert.deepEqual(await report(small.seller_id), [])
      // The same rate as that of France, and still Austrian.
      const austrian = await shop('eu', 'AT', false)
      await sell(austrian, 'FR')
      assert.deepEqual(await report(austrian.seller_id), [])
    })

    test('a rule by hand says whose tax it is; its credit note is of the same state', async () => {
      const { id: seller_id } = await makeSeller(means, { country: 'DE' })
      const brand = await makeBrand(means, { seller_id })
      const rule = {
        seller_id,
        tax_class: 'standard',
        name: 'MwSt',
        rate_ppm: 190_000,
        starts_on: '2020-01-01',
      }
      await createTaxRule(means, { ...rule, country: 'DE' }, staff)
      await createTaxRule(means, { ...rule, country: 'FR', owed_to: 'DE' }, staff)
      await createTaxRule(means, { ...rule, country: 'IT', name: 'IVA', rate_ppm: 220_000 }, staff)
      await createTaxRule(means, { ...rule, country: '*', name: 'MwSt' }, staff)
      const of = { seller_id, brand }
      for (const country of ['DE', 'FR', 'LU']) await sell(of, country)
      const { id } = await sell(of, 'IT')
      assert.deepEqual(await report(seller_id), [['IT', 220_000, 2_200n]])
      await creditInvoice(means, { invoice_id: id, reason: 'Back' }, staff)
      assert.deepEqual(await report(seller_id), [['IT', 220_000, 0n]])
      await assert.rejects(createTaxRule(means, { ...rule, country: 'ES', owed_to: 'XX' }, staff), {
        code: 'input.invalid',
      })
    })

    test('a British seller owes the states of its consumers', async () => {
      const british = await shop('uk', 'GB', false)
      for (const country of ['GB', 'FR', 'MC', 'DE', 'US']) await sell(british, country)
      assert.deepEqual(await report(british.seller_id), [
        ['DE', 190_000, 1_900n],
        ['FR', 200_000, 4_000n],
      ])
    })

    test('rules that the set made before tell whose they are after the migration', async () => {
      const { seller_id } = await shop('eu', 'DE', false)
      await db.run(sql`update tax_rules set owed_to = null where seller_id = ${seller_id}`)
      await db.transaction((trx) => nameStates(trx))
      const rules = await db.all<{ country: string; owed_to: string | null }>(sql`
        select country, owed_to from tax_rules where seller_id = ${seller_id} and country in ('DE', 'FR') and buyer_kind = 'any' order by country`)
      assert.deepEqual(
        rules.map(({ country, owed_to }) => [country, owed_to]),
        [
          ['DE', null],
          ['FR', 'DE'],
        ],
      )
    })

    test('a rule whose name only looks like one of the set stays as it is', async () => {
      const { id: seller_id } = await makeSeller(means, { country: 'DE' })
      const rule = { ...{ seller_id, tax_class: 'standard', rate_ppm: 200_000, starts_on: '2020-01-01' } }
      for (const [country, name] of [
        ['FR', 'VAT 20'],
        ['IT', 'VAT 7%'],
        ['ES', 'VAT XX'],
      ] as const)
        await createTaxRule(means, { ...rule, country, name }, staff)
      const owed = () =>
        db.all(sql`select country, owed_to from tax_rules where seller_id = ${seller_id} order by country`)
      const before = await owed()
      await db.transaction((trx) => nameStates(trx))
      assert.deepEqual(await owed(), before)
    })
  })
}
