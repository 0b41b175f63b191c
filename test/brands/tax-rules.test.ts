import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { createTaxRule, importTaxRates } from '../../core/brands/index.ts'
import { previewTaxOf } from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { makeSeller, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'

for (const engine of engines) {
  describe(`tax rules by kind and place on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db, { now: '2026-01-15T10:00:00.000Z' })
    const staff = staffActor()
    const rule = {
      country: 'FR',
      tax_class: 'standard',
      name: 'VAT',
      rate_ppm: 200_000,
      starts_on: '2026-01-01',
    }
    const add = (seller_id: string, more: object) =>
      createTaxRule(means, { seller_id, ...rule, ...more }, staff)

    test('of one kind of buyer there is one a day; another kind has its own', async () => {
      const { id } = await makeSeller(means)
      await add(id, {})
      await add(id, {
        buyer_kind: 'business',
        name: 'Reverse charge',
        rate_ppm: 0,
        treatment: 'reverse_charge',
      })
      const error = (fields: string[]) => (caught: { fields: object; status: number }) => {
        assert.deepEqual([caught.status, Object.keys(caught.fields)], [409, fields])
        return true
      }
      await assert.rejects(add(id, { starts_on: '2026-05-01' }), error(['starts_on']))
      await assert.rejects(add(id, { level: 2 }), error(['name']))
      await assert.rejects(
        add(id, { country: '*', name: 'Reverse charge', rate_ppm: 0, treatment: 'export' }),
        error(['name']),
      )
    })

    test('what does not fit is refused by its field', async () => {
      const { id } = await makeSeller(means)
      const refusals: [object, string][] = [
        [{ rate_ppm: 19.5 }, 'rate_ppm'],
        [{ rate_ppm: 1_900_000 }, 'rate_ppm'],
        [{ treatment: 'export' }, 'rate_ppm'],
        [{ rate_ppm: 0, treatment: 'reverse_charge' }, 'buyer_kind'],
        [{ buyer_kind: 'exempt' }, 'treatment'],
        [{ country: '*', region: 'BY' }, 'region'],
        [{ base_numerator: 12, base_denominator: 11 }, 'base_numerator'],
        [{ postcode_from: '100', postcode_to: '2000' }, 'postcode_to'],
        [{ postcode_from: '100' }, 'postcode_to'],
        [{ starts_on: '2026-02-30' }, 'starts_on'],
        [{ ends_on: '2025-12-31' }, 'ends_on'],
      ]
      for (const [more, field] of refusals)
        await assert.rejects(add(id, more), (error: { fields: object }) => {
          assert.deepEqual(Object.keys(error.fields), [field], JSON.stringify(more))
          return true
        })
    })

    test('a table of rates is taken whole or not at all, and one follows another', async () => {
      const { id: seller_id } = await makeSeller(means, { country: 'US', region: 'NY' })
      const head = 'country,region,postcode_from,postcode_to,name,rate,starts_on'
      const take = (lines: string[], more: object = {}) =>
        importTaxRates(means, { seller_id, csv: [head, ...lines].join('\n'), ...more }, staff)
      const refused: [string[], RegExp][] = [
        [['US,NY,10001,10001,NYC,8.87555,2026-01-01'], /line 2, rate/],
        [['US,NY,10001,10001,NYC,8.875,2026-02-30'], /line 2, starts_on/],
        [['US,NY,10001,10001,NYC,8.875'], /line 2: has 6 columns/],
        [
          ['US,NY,10001,10299,NYC,8.875,2026-01-01', 'US,NY,10200,10300,Other,8,2026-01-01'],
          /line 3, postcode_from: overlaps NYC/,
        ],
      ]
      for (const [lines, reason] of refused)
        await assert.rejects(take(lines), (error: { fields: { csv: string } }) =>
          reason.test(error.fields.csv),
        )
      const count = async () =>
        (await db.get<{ n: number }>(
          sql`select count(*) as n from tax_rules where seller_id = ${seller_id}`,
        ))!.n
      assert.equal(await count(), 0)

      const lines = [
        'US,NY,10001,10299,NYC,8.875,2026-01-01',
        'US,NY,,,NY,4,2026-01-01',
        'US,TX,75001,75001,Addison,8.25,2026-01-01',
      ]
      assert.deepEqual(await take(lines), { added: 3, ended: 0 })
      await assert.rejects(take(lines.slice(0, 1)), (error: { fields: object }) => 'csv' in error.fields)
      const later = take(['US,NY,10001,10299,NYC,9,2026-07-01'], { replaces_on: '2026-07-01' })
      assert.deepEqual(await later, { added: 1, ended: 2 })

      const due = async (postcode: string, region: string, on: string) => {
        const buyer = { country: 'US', region, postcode, buyer_kind: 'consumer', tax_class: 'standard' }
        const input = { seller_id, ...buyer, on, currency: 'USD', amount_minor: '10000' }
        return (await previewTaxOf(means, input, staff)).taxMinor
      }
      assert.equal(await due('10021-1234', 'NY', '2026-06-30'), 888n)
      assert.equal(await due('10021', 'NY', '2026-07-01'), 900n)
      assert.equal(await due('14201', 'NY', '2026-07-01'), 400n)
      assert.equal(await due('75001', 'TX', '2026-06-30'), 825n)
      assert.equal(await due('75001', 'TX', '2026-07-01'), 0n)
    })
  })
}
