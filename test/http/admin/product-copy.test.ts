import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { loadProducts, type Product } from '../../../core/catalog/index.ts'
import { engines } from '../../support/databases.ts'
import { assertShows, assertStatus, openAdmin, type AdminWorld } from './support.ts'

for (const engine of engines)
  describe(`products that staff copy (${engine})`, () => {
    let world: AdminWorld
    let at: string
    before(async () => {
      world = await openAdmin(engine)
      at = `/admin/catalog/products/${world.ids.product}`
    })
    after(() => world.close())

    const keys = (product: Product) => ({
      group: product.groupId,
      options: product.options.map(({ key }) => key),
      prices: product.prices.map(({ cycle, currency, amountMinor }) => [cycle, currency, amountMinor]).sort(),
      fields: product.fields.map(({ key }) => key),
    })

    it('make a draft with prices, options and questions, under a name of its own', async () => {
      assertShows((await world.staff.get(at)).text, new RegExp(`href="${at}/copy"`))
      const form = await world.staff.get(`${at}/copy`)
      assertShows(form.text, /value="Minecraft \(copy\)"/)
      const made = await world.staff.post(`${at}/copy`, { name: 'Rust', slug: 'rust' })
      assertStatus(made, 303)
      assertShows((await world.staff.get(made.location!)).text, /copied as a draft/)
      const ids = [made.location!.split('/').at(-1)!, world.ids.product]
      const found = await loadProducts(world.means.db, world.ids.brand, ids)
      const [copy, old] = ids.map((id) => found.find((one) => one.id === id)!) as [Product, Product]
      assert.deepEqual([copy.name, copy.slug, copy.status], ['Rust', 'rust', 'draft'])
      assert.deepEqual(keys(copy), keys(old))
      assert.notEqual(copy.id, old.id)
    })

    it('say at the field that an address is taken, and are refused without the permission', async () => {
      await world.staff.get(`${at}/copy`)
      const taken = await world.staff.post(`${at}/copy`, { name: 'Rust', slug: 'rust' })
      assertStatus(taken, 422)
      assertShows(taken.text, /is taken/)
      const reader = await world.signedIn(['product.read'])
      assert.doesNotMatch((await reader.get(at)).text, /\/copy"/)
      assertStatus(await reader.post(`${at}/copy`, { name: 'Ark', slug: 'ark' }), 403)
    })
  })
