import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { demandTerms } from '../../core/orders/demand-terms.ts'
import { getOrder, placeOrder, shopTerms } from '../../core/orders/index.ts'
import { guestActor, type BerthError } from '../../core/kernel/index.ts'
import { writeSetting } from '../../core/records/index.ts'
import { engines, makeDatabase, type TestDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'
import { makeShop } from './support.ts'

const staff = staffActor()

for (const engine of engines) {
  describe(`the terms that an order accepts on ${engine}`, () => {
    let database: TestDatabase
    let means: TestMeans
    let shop: Awaited<ReturnType<typeof makeShop>>
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db, { now: '2026-01-31T10:00:00.000Z' })
      shop = await makeShop(means)
      for (const version of ['2025', '2026'])
        await means.db.transaction((trx) => {
          const place = { setting: shopTerms, scope: 'brand', scopeId: shop.brand.id } as const
          return writeSetting(means, trx, { ...place, value: { version, text: `Of ${version}.` } }, staff)
        })
    })
    after(() => database.remove())

    const place = (terms: object, actor = shop.buyer) => {
      const { deps, order } = shop
      return placeOrder(deps, order({ terms: { accepted: true, ...terms } }), actor)
    }
    const refusal = (code: string, params: object) => (error: unknown) => {
      assert.equal((error as BerthError).code, code)
      assert.deepEqual((error as BerthError).params, params)
      return true
    }

    it('are those of today, whoever orders', async () => {
      await place({ version: '2026' })
      await place({ version: '2026' }, staff)
      for (const actor of [shop.buyer, staff])
        await assert.rejects(
          place({ version: '2025' }, actor),
          refusal('order.terms_changed', { named: '2025', current: '2026' }),
        )
    })

    it('are earlier ones where staff say why, and the order keeps the reason', async () => {
      const reason = 'Contract on paper of December'
      const { id } = await place({ version: '2025', reason }, staff)
      const { version, reason: kept } = JSON.parse((await getOrder(means.db, staff, id)).terms) as Record<
        string,
        string
      >
      assert.deepEqual([version, kept], ['2025', reason])
      await assert.rejects(
        place({ version: '1999', reason }, staff),
        refusal('input.invalid', { fields: { 'terms.version': 'never held in this shop' } }),
      )
      await assert.rejects(
        place({ version: '2025', reason }),
        refusal('input.invalid', { fields: { 'terms.reason': 'is for staff' } }),
      )
    })

    it('are not chosen by a guest, who may accept a quote, either', async () => {
      const terms = { version: '2025', accepted: true as const, reason: 'I liked those' }
      const brandId = shop.brand.id
      await assert.rejects(
        demandTerms(means.db, { brandId, terms }, guestActor(brandId)),
        refusal('input.invalid', { fields: { 'terms.reason': 'is for staff' } }),
      )
    })

    it('are not asked again of an order that exists', async () => {
      const { deps, order, buyer } = shop
      const wish = order({ terms: { accepted: true, version: '2026' } })
      const { id } = await placeOrder(deps, wish, buyer)
      await means.db.transaction((trx) => {
        const place = { setting: shopTerms, scope: 'brand', scopeId: shop.brand.id } as const
        return writeSetting(means, trx, { ...place, value: { version: '2027', text: 'New.' } }, staff)
      })
      assert.equal((await placeOrder(deps, wish, buyer)).id, id)
    })
  })
}
