import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { readGatewayRules } from '../../../core/billing/index.ts'
import { sql } from '../../../core/db/index.ts'
import { engines } from '../../support/databases.ts'
import { assertShows, assertStatus, openAdmin, type AdminWorld } from './support.ts'

for (const engine of engines)
  describe(`ways to pay on pages of staff (${engine})`, () => {
    let world: AdminWorld
    let at: string
    before(async () => {
      world = await openAdmin(engine)
      at = `/admin/gateways/${world.ids.instance}`
    })
    after(() => world.close())
    const save = async (fields: Record<string, string>) => {
      assertStatus(await world.staff.get(at), 200)
      return world.staff.post(at, fields)
    }

    it('takes bounds and costs by currency, and shows them again', async () => {
      const fields = {
        ...{ 'sum_currency[0]': 'EUR', 'least[0]': '5.00', 'percent[0]': '2,9', 'fixed[0]': '0.35' },
        ...{ 'sum_currency[1]': 'USD', 'percent[1]': '-3', charge_tax_class: 'fees' },
      }
      assertStatus(await save(fields), 303)
      assert.deepEqual(await readGatewayRules(world.means.db, world.ids.instance), {
        sums: [{ currency: 'EUR', least_minor: '500' }],
        charges: [
          { currency: 'EUR', percent_ppm: 29_000, fixed_minor: '35' },
          { currency: 'USD', percent_ppm: -30_000, fixed_minor: '0' },
        ],
        charge_tax_class: 'fees',
      })
      const { text } = await world.staff.get(at)
      for (const shown of [/value="2\.9"/, /value="0\.35"/, /value="-3"/, /value="fees"/])
        assertShows(text, shown)
      assertShows((await world.staff.get('/admin/gateways')).text, /\+2\.9 % \+0\.35 EUR, -3 % USD/)
    })

    it('refuses what is no percentage, or more and less at once, and keeps what was', async () => {
      const before = await readGatewayRules(world.means.db, world.ids.instance)
      assertStatus(await save({ 'sum_currency[0]': 'EUR', 'percent[0]': '120' }), 422)
      assertStatus(await save({ 'sum_currency[0]': 'EUR', 'percent[0]': '2', 'fixed[0]': '-0.10' }), 422)
      assert.deepEqual(await readGatewayRules(world.means.db, world.ids.instance), before)
    })

    it('takes groups and products by their words, and refuses words that nothing bears', async () => {
      const { db } = world.means
      const stored = (await db.get<{ id: string; slug: string; group_id: string; brand_id: string }>(
        sql`select id, slug, group_id, brand_id from products order by id limit 1`,
      ))!
      const { slug } = (await db.get<{ slug: string }>(
        sql`select slug from product_groups where id = ${stored.group_id}`,
      ))!
      const buyers = { id: 'cgr_x', brand_id: stored.brand_id, name: 'Good buyers', note: null }
      const now = world.means.business.now()
      await db.insert('client_groups', [
        { ...buyers, price_list_id: null, retired_at: null, version: 1, created_at: now, updated_at: now },
      ])
      const fields = { client_groups: 'Good buyers', products: stored.slug, product_groups: slug }
      assertStatus(await save(fields), 303)
      const kept = await readGatewayRules(db, world.ids.instance)
      assert.deepEqual(kept, {
        client_groups: ['cgr_x'],
        products: [stored.id],
        product_groups: [stored.group_id],
      })
      const { text } = await world.staff.get(at)
      for (const shown of [/value="Good buyers"/, new RegExp(`value="${stored.slug}"`)])
        assertShows(text, shown)
      assertShows((await world.staff.get('/admin/gateways')).text, /Good buyers/)
      assertStatus(await save({ products: 'nothing-such' }), 422)
      assert.deepEqual(await readGatewayRules(db, world.ids.instance), kept)
    })

    it('shows what a file would take over, keeps it once it is confirmed, and names each line that it cannot', async () => {
      const { db } = world.means
      const { instance, client } = world.ids
      assertShows((await world.staff.get(`${at}/methods`)).text, /offers no way to look saved methods up/)
      const manifest = JSON.stringify({ name: 'Cards', kinds: { gateway: ['find_methods'] } })
      await db.run(sql`
        update plugins set manifest = ${manifest}, status = 'enabled' where id in (select plugin_id from plugin_instances where id = ${instance})`)
      await db.run(sql`update plugin_instances set status = 'active' where id = ${instance}`)
      const found = (customer: string) => {
        const method = {
          reference: `pm_${customer}`,
          customer,
          kind: 'sepa_debit',
          label: 'x',
          last4: '3000',
        }
        return { outcome: 'found', customer, email: 'there@client.example', methods: [method] }
      }
      const call = (
        _id: string,
        _kind: string,
        _operation: string,
        { rows }: { rows: { customer: string }[] },
      ) => Promise.resolve({ answers: rows.map(({ customer }) => found(customer)) })
      Object.assign(world.web.deps.plugins, { call })
      const csv = `client,customer\n${client},cus_new\nnobody@client.example,cus_x`
      const kept = () =>
        db.all(
          sql`select id from payment_methods where reference = 'pm_cus_new' and taken_over_at is not null`,
        )

      const form = await world.staff.get(`${at}/methods`)
      assertStatus(form, 200)
      const shown = await world.staff.post(`${at}/methods`, { csv })
      for (const part of [/SEPA debit ·3000/, /there@client\.example/, /no such client/, /Take over 1 of 2/])
        assertShows(shown.text, part)
      assert.deepEqual(await kept(), [])
      const done = await world.staff.post(`${at}/methods/confirm`, { csv })
      assertShows(done.text, /1 of 2 were taken over/)
      assert.equal((await kept()).length, 1)
      await world.staff.get(`${at}/methods`)
      assertShows((await world.staff.post(`${at}/methods`, { csv })).text, /held already/)
      await world.staff.get(`${at}/methods`)
      assertStatus(await world.staff.post(`${at}/methods`, { csv: 'nonsense' }), 422)
      const other = await world.signedIn(['gateway.*'])
      assertStatus(await other.get(`${at}/methods`), 403)
    })

    it('is closed to staff who may not', async () => {
      assertStatus(await (await world.signedIn(['client.read'])).get(at), 403)
    })
  })
