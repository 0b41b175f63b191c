import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { publishProduct, setPrice } from '../../../core/catalog/index.ts'
import { sql } from '../../../core/db/index.ts'
import { engines } from '../../support/databases.ts'
import { staffActor } from '../../support/make.ts'
import { assertStatus, openAdmin, type AdminWorld } from './support.ts'

for (const engine of engines)
  describe(`kinds of products on pages (${engine})`, () => {
    let world: AdminWorld
    before(async () => {
      world = await openAdmin(engine)
    })
    after(() => world.close())

    const textOf = async (path: string): Promise<string> => {
      const reply = await world.staff.get(path)
      assertStatus(reply, 200)
      return reply.text
    }
    const make = async (slug: string, fields: Record<string, string>): Promise<string> => {
      await textOf('/admin/catalog/products/new')
      const form = { group_id: world.ids.group, name: `The ${slug}`, slug, summary: '', ...fields }
      const reply = await world.staff.post('/admin/catalog/products', form)
      assertStatus(reply, 303)
      return /prd_\w+/.exec(reply.location!)![0]
    }
    const asked = (id: string) =>
      world.means.db.all<{ kind: string }>(sql`select kind from order_fields where product_id = ${id}`)

    it('the form of a new product offers what its kind asks, and leaves it out when nobody wants it', async () => {
      const form = await textOf('/admin/catalog/products/new')
      assert.match(form, /name="asks"[^>]*checked|checked[^>]*name="asks"/)
      assert.match(form, /<option value="domain"[^>]*>Domain</)
      const id = await make('hosting', { kind: 'shared_hosting', asks: '1' })
      assert.deepEqual(await asked(id), [{ kind: 'domain' }])
      assert.match(await textOf(`/admin/catalog/products/${id}?tab=fields`), /Domain name/)
      assert.deepEqual(await asked(await make('bare', { kind: 'vps' })), [])
    })

    it('the catalogue and the services are looked through by kind', async () => {
      const all = await textOf('/admin/catalog')
      for (const name of ['Minecraft', 'The hosting', 'The bare']) assert.match(all, new RegExp(name))
      const only = await textOf('/admin/catalog?kind=shared_hosting')
      assert.match(only, /The hosting/)
      assert.doesNotMatch(only, /The bare|>Minecraft</)
      assert.match(await textOf('/admin/catalog?kind=domain'), /Nothing of this kind is sold/)
      const games = await textOf('/admin/services?kind=game_server')
      assert.match(games, /href="\/admin\/services\/svc_/)
      assert.doesNotMatch(await textOf('/admin/services?kind=vps'), /href="\/admin\/services\/svc_/)
    })

    it('the shop asks for the name, and says at the field what does not fit', async () => {
      const row = await world.means.db.get<{ id: string }>(
        sql`select id from products where slug = 'hosting'`,
      )
      const unpriced = await world.staff.post(`/admin/catalog/products/${row!.id}/publish`, {})
      assertStatus(unpriced, 409)
      assert.match(unpriced.text, /The hosting has no price yet: set one under Prices, or make it free/)
      const price = { owner_id: row!.id, cycle: '1m', currency: 'EUR', amount: '5.00' }
      await setPrice(world.means, price, staffActor())
      await publishProduct(world.means, { id: row!.id }, staffActor())
      const visitor = world.web.browser()
      const form = await visitor.get('/products/hosting')
      assertStatus(form, 200)
      assert.match(form.text, /name="f\.domain"/)
      assert.match(form.text, /such as example\.org/)
      const said = { product: 'hosting', cycle: '1m', qty: '1', 'f.domain': 'not a name' }
      const refused = await visitor.post('/cart/items', said)
      assert.match(refused.text, /Is not a domain name such as example\.org\./)
    })
  })
