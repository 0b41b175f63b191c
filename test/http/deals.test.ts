import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createProduct, publishProduct, setPrice } from '../../core/catalog/index.ts'
import { sql } from '../../core/db/index.ts'
import { engines } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { assertShows, assertStatus, openAdmin, type AdminWorld } from './admin/support.ts'

for (const engine of engines)
  describe(`bundles, gifts and suggestions on their pages (${engine})`, () => {
    let world: AdminWorld
    before(async () => {
      world = await openAdmin(engine)
      for (const slug of ['web', 'domain']) {
        const facts = { group_id: world.ids.group, slug, name: slug, kind: 'other' }
        const id = await createProduct(world.means, facts, staffActor())
        await setPrice(
          world.means,
          { owner_id: id, cycle: '1y', currency: 'EUR', amount: '20.00' },
          staffActor(),
        )
        await publishProduct(world.means, { id }, staffActor())
      }
    })
    after(() => world.close())

    it('staff make a bundle; a visitor puts all of it into the cart and sees what it saves', async () => {
      const { staff, ids, web } = world
      await staff.get('/admin/bundles/new')
      const fields = {
        ...{
          brand_id: ids.brand,
          slug: 'start',
          name: 'Start',
          kind: 'price',
          amount: '30,00',
          currency: 'EUR',
        },
        ...{ lasts: 'whole', members: 'web 1y\nnothing' },
      }
      assertShows(
        (await staff.post('/admin/bundles', fields)).text,
        /names what this brand does not have: nothing/,
      )
      const made = await staff.post('/admin/bundles', { ...fields, members: 'web 1y\ndomain' })
      assertStatus(made, 303)
      assertShows((await staff.get(made.location!)).text, /web 1y\ndomain/)
      assertShows((await staff.get('/admin/bundles')).text, /Price for all of them/)
      const guest = web.browser()
      assertShows((await guest.get('/shop')).text, /href="\/bundles"/)
      assertShows((await guest.get('/bundles')).text, /Together for/)
      assertShows((await guest.get('/bundles/start')).text, /web[^]*domain[^]*Put everything into the cart/)
      assertShows((await guest.get('/bundles/start')).text, /from €20\.00 a year/)
      assert.equal((await guest.post('/bundles/start/cart')).location, '/cart')
      assertShows((await guest.get('/cart')).text, /Start<[^]*-?€10\.00|Start[^]*10\.00/)
      assertStatus(await staff.post(`${made.location!}/retire`), 303)
      assertStatus(await guest.get('/bundles/start'), 404)
    })

    it('a gift and a suggestion show beside the cart', async () => {
      const { staff, web, means, ids } = world
      const idOf = async (slug: string) =>
        (await means.db.get<{ id: string }>(
          sql`select id from products where slug = ${slug} and brand_id = ${ids.brand}`,
        ))!.id
      const [hosting, domain] = [await idOf('web'), await idOf('domain')]
      await staff.get('/admin/gifts/new')
      const fields = {
        giver_id: hosting,
        given_id: domain,
        percent: '100',
        lasts: 'whole',
        giver_cycles: '1y',
      }
      assertStatus(await staff.post('/admin/gifts', { ...fields, percent: '101' }), 422)
      const made = await staff.post('/admin/gifts', fields)
      assertStatus(made, 303)
      assertShows((await staff.get('/admin/gifts')).text, /web[^]*domain[^]*100/)
      const at = `/admin/catalog/products/${domain}/suggestions`
      await staff.get(at)
      assertStatus(await staff.post(at, { product_ids: 'web' }), 303)
      const guest = web.browser()
      await guest.get('/shop')
      await guest.post('/cart/items', { product: 'web', cycle: '1y', qty: '1' })
      assertShows(
        (await guest.get('/cart')).text,
        /Goes well with it[^]*domain[^]*Free with what is in your cart/,
      )
      const other = web.browser()
      await other.get('/shop')
      await other.post('/cart/items', { product: 'domain', cycle: '1y', qty: '1' })
      assertShows((await other.get('/cart')).text, /Goes well with it[^]*web/)
    })
  })
