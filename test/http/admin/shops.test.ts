import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sql } from '../../../core/db/index.ts'
import { engines } from '../../support/databases.ts'
import type { WebBrowser } from '../../support/web.ts'
import { assertShows, assertStatus, openAdmin, type AdminWorld } from './support.ts'

const SELLER = {
  ...{ name: 'Kontor Server SE', lines: 'Kai 1\r\n  \r\nHaus B', postcode: '28195', city: 'Bremen' },
  ...{ region: '', country: 'DE', tax_id: 'DE999999999', email: 'rechnung@kontor.example', legal_text: '' },
}
const BRAND = {
  ...{
    name: 'Kontor',
    hosts: 'Shop.Kontor.example\r\nkontor.example',
    sender: 'Kontor <post@kontor.example>',
  },
  ...{ locale: 'de', zone: 'Europe/Vienna', colour: '#1a6b8f', currencies: 'eur, usd', currency: 'EUR' },
}

for (const engine of engines)
  describe(`brands and sellers (${engine})`, () => {
    let world: AdminWorld
    let staff: WebBrowser
    let seller: string
    let brand: string
    before(async () => {
      world = await openAdmin(engine)
      staff = world.staff
      brand = world.ids.brand
      seller = (await world.means.db.get<{ seller_id: string }>(
        sql`select seller_id from brands where id = ${brand}`,
      ))!.seller_id
    })
    after(() => world.close())

    const sellerRow = () =>
      world.means.db.get<Record<string, string | number | null>>(
        sql`select name, address, tax_id, email, legal_text, version from sellers where id = ${seller}`,
      )

    it('changes a seller by its form, and says so in the log', async () => {
      assertShows((await staff.get('/admin/sellers')).text, /Kontor Hosting GmbH/)
      assertStatus(await staff.post(`/admin/sellers/${seller}`, { ...SELLER, _version: '1' }), 303)
      assert.deepEqual(await sellerRow(), {
        name: 'Kontor Server SE',
        address: '{"lines":["Kai 1","Haus B"],"postcode":"28195","city":"Bremen"}',
        ...{ tax_id: 'DE999999999', email: 'rechnung@kontor.example', legal_text: null, version: 2 },
      })
      const page = await staff.get('/admin/sellers')
      assertShows(page.text, /Kontor Server SE was changed\. It stands on documents from now on\./)
      const audit = await world.means.db.all(
        sql`select 1 as n from audit where action = 'seller.change' and subject = ${seller}`,
      )
      assert.equal(audit.length, 1)
    })

    it('refuses what was changed meanwhile, and says at the field what is wrong', async () => {
      await staff.get('/admin/sellers')
      const late = await staff.post(`/admin/sellers/${seller}`, { ...SELLER, name: 'Late', _version: '1' })
      assertStatus(late, 409)
      const wrong = { ...SELLER, name: '', lines: '', region: 'Lower Saxony', _version: '2' }
      const refused = await staff.post(`/admin/sellers/${seller}`, wrong)
      assertStatus(refused, 422)
      for (const name of ['name', 'lines', 'region'])
        assertShows(refused.text, new RegExp(`id="f-${name}-error"`))
      assert.equal((await sellerRow())!.name, 'Kontor Server SE')
    })

    it('changes a brand by its form, and refuses a currency that is none', async () => {
      const at = `/admin/brands/${brand}`
      assertShows((await staff.get(`/admin/settings?brand=${brand}`)).text, new RegExp(`href="${at}"`))
      await staff.get(at)
      const wrong = await staff.post(at, { ...BRAND, currencies: 'EUR, XQX', _version: '1' })
      assertStatus(wrong, 422)
      assertShows(wrong.text, /id="f-currencies-error"/)
      assertStatus(await staff.post(at, { ...BRAND, _version: '1' }), 303)
      const row = await world.means.db.get(sql`
        select name, hosts, currencies, zone, prices_include_tax, colour from brands where id = ${brand}`)
      assert.deepEqual(row, {
        ...{ name: 'Kontor', hosts: '["shop.kontor.example","kontor.example"]', currencies: '["EUR","USD"]' },
        ...{ zone: 'Europe/Vienna', prices_include_tax: 0, colour: '#1a6b8f' },
      })
    })

    it('shows them to whoever may see them, and changes them for whoever may', async () => {
      const clerk = await world.signedIn(['setting.read', 'brand.read'])
      assertStatus(await clerk.get('/admin/sellers'), 403)
      const page = await clerk.get(`/admin/brands/${brand}`)
      assertStatus(page, 200)
      assertShows(page.text, /<button[^>]* disabled[^>]*>\s*Save/)
      assertStatus(await clerk.post(`/admin/brands/${brand}`, { ...BRAND, name: 'Mine', _version: '2' }), 403)
    })
  })
