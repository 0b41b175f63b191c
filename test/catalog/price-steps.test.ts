import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  exportCatalog,
  importCatalog,
  loadProduct,
  createPriceList,
  priceSelection,
  setPrice,
  type PricedSelection,
} from '../../core/catalog/index.ts'
import { sql } from '../../core/db/index.ts'
import { cycle, isoDate, systemActor, type BerthError } from '../../core/kernel/index.ts'
import { placeOrder } from '../../core/orders/index.ts'
import { createServices, serviceSource } from '../../core/services/index.ts'
import { makeShop } from '../orders/support.ts'
import { engines, makeDatabase, type TestDatabase } from '../support/databases.ts'
import { makeBrand, staffActor } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'

const staff = staffActor()
const DAY = isoDate('2026-01-31')
const refused = (field: string) => (error: unknown) => field in (error as BerthError).fields

/** Ten at 1.00, then 0.80 and 2.00 once; two are included. */
const GRADUATED = {
  kind: 'graduated',
  included: 2,
  tiers: [
    { up_to: 10, unit: '1.00' },
    { unit: '0.80', flat: '2.00' },
  ],
}

for (const engine of engines) {
  describe(`prices in steps on ${engine}`, () => {
    let database: TestDatabase
    let means: TestMeans
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db, { now: '2026-01-31T10:00:00.000Z' })
    })
    after(() => database.remove())

    const stepped = async () => {
      const shop = await makeShop(means)
      const owned = { owner_id: shop.game.memory, cycle: '1m', currency: 'EUR' }
      await setPrice(means, { ...owned, scheme: GRADUATED }, staff)
      return { ...shop, owned }
    }
    const price = async (brandId: string, choice: object, listId?: string): Promise<PricedSelection> => {
      const product = (await loadProduct(database.db, brandId, 'minecraft', { listId }))!
      return priceSelection(product, choice, { currency: 'EUR', cycle: cycle('1m'), day: DAY })
    }
    const optionLines = ({ lines }: PricedSelection) =>
      lines
        .filter(({ kind }) => kind === 'option')
        .map((line) => [line.label, line.quantity, line.unitMinor, line.amountMinor, line.trace.pricing])

    it('price a number by its steps, each unit of the product by itself', async () => {
      const { brand } = await stepped()
      // 16 GB: two included, ten at 1.00, four at 0.80 and the fee of 2.00.
      assert.deepEqual(optionLines(await price(brand.id, { options: { memory: 16 }, quantity: 3 })), [
        ['memory: 16 GB', 3, 1_520n, 4_560n, 'graduated: 10 × 100 + 4 × 80 + 200, 2 included'],
      ])
      assert.deepEqual(optionLines(await price(brand.id, { options: { memory: 4 } })), [
        ['memory: 4 GB', 1, 200n, 200n, 'graduated: 2 × 100, 2 included'],
      ])
    })

    it('go into the order and come back with every renewal, with their trace', async () => {
      const { brand, buyer, order, deps, wish, client } = await stepped()
      await placeOrder(deps, order({ items: [{ ...wish, options: { memory: 16 } }] }), buyer)
      const [spec] = deps.specs
      assert.deepEqual([spec!.amountMinor, spec!.recurringMinor], [490n, 490n + 1_520n])
      const system = systemActor('test')
      const made = { ...spec!, orderItemId: null }
      const [id] = await database.db.transaction((trx) => createServices(means, trx, [made], system))
      await database.db.run(sql`update services set billing_status = 'active' where id = ${id!}`)
      const items = await serviceSource.dueItems(database.db, {
        untilOn: isoDate('2026-02-28'),
        clientIds: [client.id],
      })
      const item = items.find(({ sourceId }) => sourceId === id)
      assert.deepEqual(
        item!.lines.map(({ kind, amountMinor, trace }) => [kind, amountMinor, trace.pricing]),
        [
          ['recurring', 490n, undefined],
          ['option', 1_520n, 'graduated: 10 × 100 + 4 × 80 + 200, 2 included'],
        ],
      )
      assert.equal(brand.id, spec!.brandId)
    })

    it('are lowered by a price list, each amount of a step', async () => {
      const { brand } = await stepped()
      const list = { brand_id: brand.id, name: 'Half', discount_ppm: 500_000 }
      const listId = await createPriceList(means, list, staff)
      const [line] = optionLines(await price(brand.id, { options: { memory: 16 } }, listId))
      assert.deepEqual([line![3], line![4]], [760n, 'graduated: 10 × 50 + 4 × 40 + 100, 2 included'])
    })

    it('are versions like other prices: the same again changes nothing, a plain price takes their place', async () => {
      const { brand, owned } = await stepped()
      assert.equal(await setPrice(means, { ...owned, scheme: GRADUATED }, staff), null)
      assert.notEqual(await setPrice(means, { ...owned, amount: '1.00' }, staff), null)
      assert.deepEqual(optionLines(await price(brand.id, { options: { memory: 4 } })), [
        ['memory: 4 GB', 4, 100n, 400n, undefined],
      ])
      await setPrice(means, { ...owned, scheme: GRADUATED, valid_from: '2026-02-01' }, staff)
      assert.deepEqual(optionLines(await price(brand.id, { options: { memory: 4 } }))[0]![3], 400n)
    })

    it('refuse what does not fit by the name of the field', async () => {
      const { owned, game } = await stepped()
      const set = (scheme: object, more: object = {}) => setPrice(means, { ...owned, scheme, ...more }, staff)
      await assert.rejects(set({ ...GRADUATED, tiers: [{ up_to: 10, unit: '1.00' }] }), refused('tiers'))
      await assert.rejects(set({ ...GRADUATED, tiers: [{ unit: '1.001' }] }), refused('tiers'))
      await assert.rejects(set({ ...GRADUATED, tiers: [{ unit: '-1.00' }] }), refused('scheme.tiers.0.unit'))
      await assert.rejects(set({ ...GRADUATED, minimum: '0.001' }), refused('minimum'))
      await assert.rejects(set({ ...GRADUATED, kind: 'tiered' }), refused('scheme.kind'))
      await assert.rejects(set(GRADUATED, { amount: '1.00' }), refused('amount'))
      await assert.rejects(
        setPrice(means, { owner_id: game.memory, cycle: '1m', currency: 'EUR' }, staff),
        refused('amount'),
      )
      await assert.rejects(set(GRADUATED, { owner_id: game.backup }), refused('scheme'))
      await assert.rejects(set(GRADUATED, { owner_id: game.productId }), refused('scheme'))
    })

    it('travel in the catalogue file: what is exported is read back as it was', async () => {
      const { brand } = await stepped()
      const text = await exportCatalog(means, { brand_id: brand.id }, staff)
      assert.match(text, /scheme: graduated/)
      const again = await importCatalog(means, text, staff, { brandId: brand.id })
      assert.deepEqual([again.prices, again.created], [0, 0])
      const other = await makeBrand(means)
      await importCatalog(means, text, staff, { brandId: other.id })
      const choice = { options: { memory: 16 } }
      assert.deepEqual(optionLines(await price(other.id, choice)), optionLines(await price(brand.id, choice)))
    })

    it('are refused in a file with line and field', async () => {
      const { brand } = await stepped()
      const file = (sums: string) => `
berth_catalog: 1
groups:
  - slug: games
    name: Games
    products:
      - slug: minecraft
        name: Minecraft
        kind: game_server
        options:
          - key: memory
            name: memory
            kind: number
            prices:
              monthly: { EUR: ${sums} }
`
      const read = (sums: string) => importCatalog(means, file(sums), staff, { brandId: brand.id })
      await assert.rejects(
        read('{ scheme: graduated, tiers: [{ up_to: 10, unit: 1.00 }] }'),
        /15:\d+ groups\.0\.products\.0\.options\.0\.prices\.monthly\.EUR\.tiers: tiers must end with a tier without/,
      )
      await assert.rejects(read('{ scheme: tiered, tiers: [{ unit: 1.00 }] }'), /"tiered" is not offered/)
      await assert.rejects(read('{ scheme: volume, tiers: [{ unit: 1.001 }] }'), /decimals/)
    })
  })
}
