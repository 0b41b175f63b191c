import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sql } from '../../../core/db/index.ts'
import { engines } from '../../support/databases.ts'
import { assertShows, assertStatus, openAdmin, type AdminWorld } from './support.ts'

for (const engine of engines)
  describe(`questions and values that staff change (${engine})`, () => {
    let world: AdminWorld
    let product: string
    before(async () => {
      world = await openAdmin(engine)
      product = `/admin/catalog/products/${world.ids.product}`
    })
    after(() => world.close())

    const post = async (page: string, action: string, form: Record<string, string> = {}) => {
      assertStatus(await world.staff.get(page), 200)
      return world.staff.post(action, form)
    }
    const question = {
      ...{ field_label: 'Nick name', field_key: 'nick', field_kind: 'text', choices: '', field_setting: '' },
      ...{ hint: 'small letters', pattern: '[a-z]{3,16}', position: '7' },
    }
    const fieldOf = async (key: string) =>
      (await world.means.db.get<Record<string, string | number | null>>(
        sql`select * from order_fields where product_id = ${world.ids.product} and field_key = ${key}`,
      ))!
    const valueOf = async (key: string) =>
      (await world.means.db.get<Record<string, string | number | null>>(sql`
        select v.* from option_values v join options o on o.id = v.option_id
        where o.product_id = ${world.ids.product} and v.value_key = ${key}`))!

    it('ask with a hint, a pattern and a place from the start', async () => {
      const tab = `${product}?tab=fields`
      const wrong = await post(tab, `${product}/fields`, { ...question, pattern: '[' })
      assertStatus(wrong, 422)
      assertShows(wrong.text, /is not a regular expression/)
      assertStatus(await post(tab, `${product}/fields`, question), 303)
      const { hint, pattern, position } = await fieldOf('nick')
      assert.deepEqual([hint, pattern, position], ['small letters', '[a-z]{3,16}', 7])
    })

    it('change all of a question, its key too, and refuse what was changed meanwhile', async () => {
      const { id, version } = await fieldOf('nick')
      const at = `/admin/catalog/fields/${String(id)}`
      assertShows((await world.staff.get(`${product}?tab=fields`)).text, new RegExp(`href="${at}"`))
      assertShows((await world.staff.get(at)).text, /\[a-z\]\{3,16\}/)
      const form = {
        ...{ ...question, field_label: 'Player', field_key: 'player', pattern: '', position: '0' },
        ...{ field_required: 'on', _version: String(version) },
      }
      assertStatus(await post(at, at, form), 303)
      const changed = await fieldOf('player')
      assert.deepEqual(
        [changed.id, changed.label, changed.pattern, changed.position, changed.required],
        [id, 'Player', null, 0, 1],
      )
      assertStatus(await post(at, at, form), 409)
      const list = { ...question, field_key: 'player', field_kind: 'list', pattern: '' }
      assertStatus(await post(at, at, list), 422)
      assertStatus(await post(at, `${at}/retire`), 303)
      assert.ok((await fieldOf('player')).retired_at)
      const reader = await world.signedIn(['product.read'])
      assertStatus(await reader.post(at, form), 403)
    })

    it('change a value of an option and stop selling it', async () => {
      const { id, option_id } = await valueOf('nyc')
      const at = `/admin/catalog/values/${String(id)}`
      const option = `/admin/catalog/options/${String(option_id)}`
      assertShows((await world.staff.get(option)).text, new RegExp(`href="${at}"`))
      const form = { label: 'New York City', key: 'nyc', module_value: '9', position: '4' }
      assertStatus(await post(at, at, { ...form, label: '' }), 422)
      assertStatus(await post(at, at, form), 303)
      const changed = await valueOf('nyc')
      assert.deepEqual([changed.label, changed.module_value, changed.position], ['New York City', '9', 4])
      const seller = await world.signedIn(['option.read', 'option_value.change'])
      assert.doesNotMatch((await seller.get(at)).text, /\/retire"/)
      assertStatus(await seller.post(`${at}/retire`, {}), 403)
      assertStatus(await post(at, `${at}/retire`), 303)
      assert.ok((await valueOf('nyc')).retired_at)
      assert.doesNotMatch((await world.staff.get(option)).text, /New York City/)
    })

    it('put a new value after those that are there', async () => {
      const { option_id } = await valueOf('fra')
      const option = `/admin/catalog/options/${String(option_id)}`
      assertStatus(await post(option, `${option}/values`, { label: 'Oslo', key: 'osl', position: '5' }), 303)
      assert.equal((await valueOf('osl')).position, 5)
    })
  })
