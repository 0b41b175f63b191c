import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from '../../../core/db/index.ts'
import { engines, makeDatabase, type TestDatabase } from '../../support/databases.ts'
import { makeProvisioner, makeServers } from '../../support/make-servers.ts'
import { testMeans, type TestMeans } from '../../support/means.ts'
import { MINECRAFT, openShopFront, type ShopFront } from './shop-front.ts'

const HTMX = { 'HX-Request': 'true', 'HX-Request-Type': 'partial' }

for (const engine of engines) {
  describe(`places that are full, in the shop (${engine})`, () => {
    let database: TestDatabase
    let means: TestMeans
    let shop: ShopFront
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db)
      shop = await openShopFront(means)
      const instanceId = await makeProvisioner(means)
      const group = await makeServers(means, instanceId, [null])
      await means.db.run(sql`
        update products set instance_id = ${instanceId}, server_group_id = ${group} where slug = 'minecraft'`)
    })
    after(async () => {
      await shop.close()
      await database.remove()
    })

    /** As Pterodactyl tells it: location 1, which is Frankfurt in the catalogue. */
    const fill = (full: object[]) =>
      means.db.run(
        sql`update servers set told_at = ${means.business.now()}, told_full = ${JSON.stringify(full)}`,
      )
    const frankfurt = (text: string) =>
      /<input[^>]*name="o\.location"[^>]*value="frankfurt"[^>]*>\s*<label[^>]*>[^<]*/.exec(text)?.[0] ?? ''

    test('say so and cannot be chosen, and another one is asked for', async () => {
      const browser = shop.web.browser()
      assert.match(
        frankfurt((await browser.get('/products/minecraft')).text),
        / checked.*>Frankfurt, Germany$/s,
      )
      await fill([{ setting: 'location_ids', value: '1' }])
      const { text } = await browser.get('/products/minecraft')
      assert.match(frankfurt(text), / disabled[^]*>Frankfurt, Germany \(full\)$/)
      assert.doesNotMatch(frankfurt(text), / checked/)
      await fill([])
      assert.doesNotMatch(frankfurt((await browser.get('/products/minecraft')).text), / disabled/)
    })

    test('refuse what was chosen before they filled up, with words', async () => {
      const browser = shop.web.browser()
      await browser.get('/products/minecraft')
      await fill([{ setting: 'location_ids', value: '1' }])
      const refused = await browser.post('/cart/items', MINECRAFT)
      assert.equal(refused.status, 422)
      assert.match(refused.text, /At the moment there is no room for more here\. Please choose another\./)
      assert.equal(
        (await browser.post('/cart/items', { ...MINECRAFT, 'o.location': 'new-york' })).status,
        303,
      )
      await fill([])
    })

    test('are drawn anew with the choices', async () => {
      const browser = shop.web.browser()
      await browser.get('/products/minecraft')
      await fill([{ setting: 'location_ids', value: '1' }])
      const asked = `/products/minecraft?${new URLSearchParams({ cycle: '1m', 'o.location': 'frankfurt' }).toString()}`
      const { text } = await browser.get(asked, { ...HTMX, 'HX-Target': 'div#choices' })
      assert.match(frankfurt(text), / disabled[^]*\(full\)$/)
      await fill([])
    })
  })
}
