import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { readGatewayRules } from '../../../core/billing/index.ts'
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

    it('is closed to staff who may not', async () => {
      assertStatus(await (await world.signedIn(['client.read'])).get(at), 403)
    })
  })
