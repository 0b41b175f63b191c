import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from '../../../core/db/index.ts'
import { engines } from '../../support/databases.ts'
import { assertShows, assertStatus, openAdmin, type AdminWorld } from './support.ts'

for (const engine of engines) {
  describe(`pages of prices (${engine})`, () => {
    let world: AdminWorld
    before(async () => {
      world = await openAdmin(engine)
    })
    after(() => world.close())

    const post = async (path: string, form: Record<string, string>) => {
      const reply = await world.staff.post(path, form)
      assertStatus(reply, 303)
      return reply.headers.get('location')!
    }

    test('a list is made, priced and given to a group, and a client is put into it', async () => {
      const { staff, ids, means } = world
      await staff.get('/admin/price-lists/new')
      const list = await post('/admin/price-lists', {
        brand_id: ids.brand,
        name: 'Friends',
        discount: '12,5',
      })
      assertShows((await staff.get(list)).text, /value="12\.5"/)
      const prices = `${list}/products/${ids.product}`
      assertShows((await staff.get(prices)).text, /placeholder="€4\.2[89]"/)
      await post(prices, { [`amount[${ids.product}:1m:EUR]`]: '3.50', valid_from: '2026-01-15' })
      assertShows((await staff.get(prices)).text, /value="3\.50"/)
      await staff.get('/admin/client-groups/new')
      const group = await post('/admin/client-groups', {
        ...{ brand_id: ids.brand, name: 'Friends', price_list_id: list.split('/').at(-1)! },
      })
      await post(`/admin/clients/${ids.client}/group`, { group_id: group.split('/').at(-1)! })
      assertShows((await staff.get(group)).text, /Friends/)
      const row = await means.db.get<{ client_group_id: string }>(
        sql`select client_group_id from clients where id = ${ids.client}`,
      )
      assert.equal(row!.client_group_id, group.split('/').at(-1))
      // Retired while in use: refused with words, nothing changed.
      const refused = await staff.post(`${group}/retire`, {})
      assertStatus(refused, 409)
      assertShows(refused.text, /still has 1 clients/)
    })

    test('a price typed with a comma is stored; what is no amount is refused at its field', async () => {
      const { staff, ids } = world
      const path = `/admin/catalog/products/${ids.product}`
      await staff.get(`${path}?tab=prices`)
      await post(`${path}/prices`, { 'amount[3m:EUR]': '9,90' })
      assertShows((await staff.get(`${path}?tab=prices`)).text, /name="amount\[3m:EUR\]" value="9\.90"/)
      const refused = await staff.post(`${path}/prices`, { 'amount[3m:EUR]': '9,9o' })
      assertStatus(refused, 422)
      assertShows(refused.text, /value="9,9o"[^>]*aria-invalid="true"[\s\S]*Must be an amount such as 24\.00/)
      await post(`${path}/prices`, { 'amount[3m:EUR]': '' })
    })

    test('a group gets rules of its own and gives them back', async () => {
      const { staff, ids } = world
      await staff.get('/admin/client-groups/new')
      const group = await post('/admin/client-groups', { brand_id: ids.brand, name: 'Patient' })
      await staff.get(group)
      await post(`${group}/settings`, {
        'values[own.billing__suspend_after]': 'on',
        'values[billing__suspend_after]': '45',
        'values[own.billing__remind_after]': 'on',
        'values[billing__remind_after]': '5, 9',
      })
      const stored = () =>
        world.means.db.all<{ key: string; value: string }>(
          sql`select key, value from settings where scope = 'client_group' order by key`,
        )
      assert.deepEqual(await stored(), [
        { key: 'billing.remind_after', value: '[5,9]' },
        { key: 'billing.suspend_after', value: '45' },
      ])
      await staff.get(group)
      await post(`${group}/settings`, {})
      assert.deepEqual(await stored(), [])
    })

    test('a price change is shown, scheduled and called off; the simulator says what it would bring', async () => {
      const { staff, ids, means } = world
      await means.db.run(sql`
        update services set billing_status = 'active', cycle = '1m', anchor_on = '2026-01-20', period_index = 1, next_period_on = '2026-02-20',
          charged_through = '2026-02-20', amount_minor = 1000, recurring_minor = 1400, product_id = ${ids.product} where id = ${ids.service}`)
      await staff.get('/admin/price-campaigns/new')
      const form = { brand_id: ids.brand, name: 'Spring', product_id: ids.product, starts_on: '2026-03-01' }
      const refused = await staff.post('/admin/price-campaigns', { ...form, notice_days: '14' })
      assertStatus(refused, 422)
      assertShows(refused.text, /or else a new price/)
      await staff.get('/admin/price-campaigns/new')
      const at = await post('/admin/price-campaigns', { ...form, percent: '10', notice_days: '14' })
      assertShows((await staff.get(at)).text, /€15\.40/)
      await post(`${at}/schedule`, {})
      assertShows((await staff.get(at)).text, /To be told/)
      const query = `starts_on=2026-03-01&days=80&percent=10&product_id=${ids.product}`
      const simulated = (await staff.get(`/admin/simulator?${query}`)).text
      assertShows(simulated, /2026-03/)
      assertShows(simulated, /€15\.40/)
      assertShows((await staff.get('/admin/simulator?starts_on=2026-02-30&percent=10')).text, /is not a day/)
      await staff.get(`${at}/cancel`)
      await post(`${at}/cancel`, { reason: 'We think again' })
      assertShows((await staff.get(at)).text, /Called off/)
    })

    test('a rate and a rule set the prices of a currency', async () => {
      const { staff, ids } = world
      await staff.get('/admin/exchange-rates')
      const rate = { base: 'EUR', currency: 'USD', valid_on: '2026-01-14', rate: '1,10' }
      const refused = await staff.post('/admin/exchange-rates', { ...rate, valid_on: '2026-02-30' })
      assertStatus(refused, 422)
      assertShows(refused.text, /is not a day that exists/)
      await world.means.db.run(sql`update sellers set accounting_currency = 'EUR'`)
      await world.means.db.run(sql`update brands set currencies = '["EUR","USD"]' where id = ${ids.brand}`)
      assertShows((await staff.get('/admin/exchange-rates')).text, /No rate is stored for EUR – USD\./)
      await post('/admin/exchange-rates', rate)
      assert.doesNotMatch((await staff.get('/admin/exchange-rates')).text, /No rate is stored/)
      const rule = {
        from: `${ids.brand} EUR`,
        rule_currency: 'USD',
        mode: 'up',
        step: '1,00',
        ending: '0,99',
      }
      const at = await post('/admin/exchange-rates/rules', rule)
      // 4.90 × 1.10 = 5.39 → 5.99.
      assertShows((await staff.get(at)).text, /\$5\.99/)
      await post(`${at}/apply`, {})
      assertShows((await staff.get(at)).text, /as the rule says/)
    })

    test('a product gets a trial and a term, and the shop offers it', async () => {
      const { staff, ids, web } = world
      const at = `/admin/catalog/products/${ids.product}`
      await staff.get(`${at}?tab=terms`)
      const form = { periods_max: '12', trial_days: '14', trial_then: 'convert' }
      const refused = await staff.post(`${at}/terms`, { ...form, 'trial_prices[EUR]': '1.001' })
      assertStatus(refused, 422)
      await staff.get(`${at}?tab=terms`)
      await post(`${at}/terms`, { ...form, 'trial_prices[EUR]': '1,50' })
      assertShows((await staff.get(`${at}?tab=terms`)).text, /value="1\.50"/)
      const shop = web.browser()
      const way = '/products/minecraft?cycle=1m&o.memory=8'
      assertShows((await shop.get(way)).text, /Begin with 14 days of trial \(€1\.50\)/)
      const tried = (await shop.get(`${way}&trial=1`)).text
      assertShows(tried, /name="trial"[^>]* checked|checked[^>]* name="trial"/)
      assertShows(tried, /then €8\.90/i)
    })

    test('a price gets steps; what does not fit is said at its field', async () => {
      const { staff, ids, means, web } = world
      const option = (await means.db.get<{ id: string }>(
        sql`select id from options where product_id = ${ids.product} and option_key = 'memory'`,
      ))!
      const at = `/admin/catalog/options/${option.id}/steps`
      assertShows((await staff.get(`${at}?cycle=1m&currency=EUR`)).text, /Graduated/)
      const form = { cycle: '1m', currency: 'EUR', kind: 'graduated', valid_from: '2026-01-15' }
      const refused = await staff.post(at, { ...form, 'up_to[0]': '8', 'unit[0]': '0.50' })
      assertStatus(refused, 422)
      assertShows(refused.text, /must end with a tier/)
      await post(at, { ...form, 'up_to[0]': '8', 'unit[0]': '0.50', 'unit[1]': '0.25', 'flat[1]': '1.00' })
      assertShows((await staff.get(`${at}?cycle=1m&currency=EUR`)).text, /value="0\.25"/)
      assertShows((await staff.get(`/admin/catalog/options/${option.id}`)).text, /in steps/)
      const shop = await web.browser().get('/products/minecraft?cycle=1m&o.memory=12')
      assertStatus(shop, 200)
      // 8 × 0.50, then 4 × 0.25 and 1.00 once.
      assertShows(shop.text, /1–8: €0\.50 each · from 9: €0\.25 each \+ €1\.00/)
      assertShows(shop.text, /€6\.00/)
    })

    test('an option gets a condition, and loses it', async () => {
      const { staff, ids, means, web } = world
      const idOf = async (key: string) =>
        (await means.db.get<{ id: string }>(
          sql`select id from options where product_id = ${ids.product} and option_key = ${key}`,
        ))!.id
      const at = `/admin/catalog/options/${await idOf('backup')}`
      assertShows((await staff.get(at)).text, /Always offered/)
      const form = { bearer: 'own', decider: 'memory', test: 'at_least', said: '32' }
      const refused = await staff.post(`${at}/conditions`, form)
      assertStatus(refused, 422)
      assertShows(refused.text, /Condition: [^<]*goes up to 16/)
      assertShows(refused.text, /name="said"[^>]*value="32"|value="32"[^>]*name="said"/)
      await post(`${at}/conditions`, { ...form, said: '8' })
      await post(`${at}/conditions`, { ...form, decider: 'place', test: 'one_of', said: 'fra, nyc' })
      const shown = (await staff.get(at)).text
      assertShows(shown, /memory is at least 8/)
      assertShows(shown, /place is one of Frankfurt, New York/)
      const small = await web.browser().get('/products/minecraft?cycle=1m&o.memory=4')
      assert.doesNotMatch(small.text, /name="o\.backup"/)
      assertShows(
        (await web.browser().get('/products/minecraft?cycle=1m&o.memory=8')).text,
        /name="o\.backup"/,
      )
      const place = `/admin/catalog/options/${await idOf('place')}`
      const held = await staff.post(`${place}/retire`, {})
      assertStatus(held, 409)
      await staff.get(at)
      const removal = async () => {
        const [href] = /[^"]*\/conditions\/own\/\d+\/0\/remove/.exec((await staff.get(at)).text)!
        return href
      }
      const first = await removal()
      await post(first, {})
      // Clicked twice: what stands in its place now is another condition.
      assertStatus(await staff.post(first, {}), 409)
      assertShows((await staff.get(at)).text, /place is one of Frankfurt, New York/)
      await post(await removal(), {})
      assertShows((await staff.get(at)).text, /Always offered/)
    })
  })
}
