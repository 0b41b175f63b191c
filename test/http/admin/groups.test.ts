import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sql } from '../../../core/db/index.ts'
import { engines } from '../../support/databases.ts'
import { assertShows, assertStatus, openAdmin, type AdminWorld } from './support.ts'

for (const engine of engines)
  describe(`groups of the catalogue that staff arrange (${engine})`, () => {
    let world: AdminWorld
    let top: string
    const made: string[] = []
    before(async () => {
      world = await openAdmin(engine)
      top = `/admin/catalog/groups/${world.ids.group}`
    })
    after(() => world.close())

    const fields = (name: string, parent_id = '') => ({
      ...{
        brand_id: world.ids.brand,
        name,
        slug: name.toLowerCase(),
        parent_id,
        layout: 'cards',
        position: '0',
      },
    })
    const parentOf = async (id: string) =>
      (await world.means.db.get<{ parent_id: string | null; retired_at: string | null }>(
        sql`select parent_id, retired_at from product_groups where id = ${id}`,
      ))!
    const post = async (page: string, action: string, form: Record<string, string> = {}) => {
      assertStatus(await world.staff.get(page), 200)
      return world.staff.post(action, form)
    }

    it('stand below others, as the form that was opened from there says', async () => {
      const form = `/admin/catalog/groups/new?brand=${world.ids.brand}&parent=${world.ids.group}`
      assertShows((await world.staff.get(form)).text, new RegExp(`value="${world.ids.group}" selected`))
      for (const name of ['Java', 'Bedrock']) {
        const reply = await post(form, '/admin/catalog/groups', fields(name, world.ids.group))
        assertStatus(reply, 303)
        made.push(reply.location!.split('/').at(-1)!)
      }
      assert.equal((await parentOf(made[0]!)).parent_id, world.ids.group)
      const page = await world.staff.get(top)
      assertShows(page.text, /Groups below/)
      const shop = await world.web.browser().get('/')
      assertStatus(shop, 200)
    })

    it('move elsewhere in the tree, but never below themselves', async () => {
      const [java = '', bedrock = ''] = made
      const at = `/admin/catalog/groups/${java}`
      assertShows((await world.staff.get(at)).text, / › Bedrock/)
      assert.doesNotMatch((await world.staff.get(at)).text, / › Java/, 'its own place is not offered')
      assertStatus(await post(at, at, fields('Java', bedrock)), 303)
      assert.equal((await parentOf(java)).parent_id, bedrock)
      const loop = `/admin/catalog/groups/${bedrock}`
      const refused = await post(loop, loop, fields('Bedrock', java))
      assertStatus(refused, 422)
      assertStatus(await post(at, at, fields('Java', world.ids.group)), 303)
    })

    it('and their products are sorted by a step', async () => {
      const [java = '', bedrock = ''] = made
      const order = async () =>
        (
          await world.means.db.all<{ id: string }>(
            sql`select id from product_groups where parent_id = ${world.ids.group} order by position, name`,
          )
        ).map(({ id }) => id)
      assert.deepEqual(await order(), [bedrock, java])
      assertShows((await world.staff.get(top)).text, new RegExp(`${top}/groups/${java}/up`))
      assertStatus(await post(top, `${top}/groups/${java}/up`), 303)
      assert.deepEqual(await order(), [java, bedrock])
      assertStatus(await post(top, `${top}/products/${world.ids.product}/down`), 303)
      const reader = await world.signedIn(['group.read', 'catalog.read'])
      assert.doesNotMatch((await reader.get(top)).text, /\/up"/)
      assertStatus(await reader.post(`${top}/groups/${java}/down`, {}), 403)
    })

    it('get products that move from another group', async () => {
      const [java = ''] = made
      const at = `/admin/catalog/products/${world.ids.product}`
      assertShows((await world.staff.get(at)).text, / › Java/)
      const row = (await world.means.db.get<Record<string, string>>(
        sql`select name, slug, tax_class, delivery_on from products where id = ${world.ids.product}`,
      ))!
      const form = { ...row, group_id: java, position: '1', module_settings: '{}' }
      assertStatus(await post(at, at, form), 303)
      const moved = await world.means.db.get<{ group_id: string }>(
        sql`select group_id from products where id = ${world.ids.product}`,
      )
      assert.equal(moved!.group_id, java)
    })

    it('are retired when nothing on offer is left in them', async () => {
      const [java = '', bedrock = ''] = made
      const full = `/admin/catalog/groups/${java}/retire`
      const refused = await post(full, full)
      assertStatus(refused, 409)
      assertShows(refused.text, /still holds 1 products/)
      const empty = `/admin/catalog/groups/${bedrock}/retire`
      assertShows((await world.staff.get(empty)).text, /It does not come back/)
      assertStatus(await post(empty, empty), 303)
      assert.ok((await parentOf(bedrock)).retired_at)
      assertShows((await world.staff.get('/admin/catalog')).text, /Retired/)
    })
  })
