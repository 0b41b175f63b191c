import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sql } from '../../../core/db/index.ts'
import { engines } from '../../support/databases.ts'
import { PASSWORD } from '../../support/make.ts'
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

    it('changes the accounting currency of a seller, and refuses what is none at its field', async () => {
      const of = async () =>
        (await world.means.db.get<{ accounting_currency: string | null; version: number }>(
          sql`select accounting_currency, version from sellers where id = ${seller}`,
        ))!
      const send = async (accounting_currency: string) => {
        const _version = String((await of()).version)
        return staff.post(`/admin/sellers/${seller}`, { ...SELLER, accounting_currency, _version })
      }
      assertStatus(await send('gbp'), 303)
      assert.equal((await of()).accounting_currency, 'GBP')
      const wrong = await send('XQQ')
      assertStatus(wrong, 422)
      assertShows(wrong.text, /is not a currency code of ISO 4217/)
      assertStatus(await send(''), 303)
      assert.equal((await of()).accounting_currency, null)
      await world.means.db.run(sql`update sellers set version = 2 where id = ${seller}`)
    })

    it('asks for the password again before the form of a seller or of a bank account', async () => {
      const stale = () => world.means.db.run(sql`update sessions set confirmed_at = null`)
      for (const path of ['/admin/sellers', '/admin/bank-accounts/new']) {
        await stale()
        const asked = await staff.get(path)
        assert.equal(asked.location, `/admin/confirm?next=${encodeURIComponent(path)}`)
        await staff.get(asked.location)
        assertStatus(await staff.post('/admin/confirm', { password: PASSWORD, next: path }), 303)
        assertStatus(await staff.get(path), 200)
      }
      await stale()
      const sent = await staff.post(`/admin/sellers/${seller}`, { ...SELLER, tax_id: 'DE1', _version: '2' })
      assert.match(sent.location!, /^\/admin\/confirm\?next=/)
      assert.equal((await sellerRow())!.tax_id, 'DE999999999')
      await world.means.db.run(sql`update sessions set confirmed_at = ${world.means.clock.now()}`)
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

    it('chooses the layout of documents by its form, and shows a sample', async () => {
      const at = `/admin/brands/${brand}/layout`
      assertShows((await staff.get(`/admin/brands/${brand}`)).text, new RegExp(`href="${at}"`))
      const form = { layout: 'modern', paper: 'A4', address: 'window', logo_place: 'end', accent: '' }
      const wrong = await staff.post(at, { ...form, accent: 'green' })
      assertStatus(wrong, 422)
      assertShows(wrong.text, /id="f-accent-error"/)
      assertStatus(
        await staff.post(at, { ...form, column_1: 'Bank\r\nIBAN 1', column_2: '', column_3: 'C' }),
        303,
      )
      const saved = await staff.get(at)
      assertShows(saved.text, /The layout was changed/)
      assertShows(saved.text, /value="modern" checked/)
      const own = { language: 'de', layout: 'compact', paper: '', address: '', column_1: '' }
      assertStatus(await staff.post(at, own), 303)
      assertShows((await staff.get(`${at}?language=de`)).text, /<option value="compact" selected/)
      const setting = await world.means.db.get<{ value: string }>(
        sql`select value from settings where key = 'billing.document_layout' and scope_id = ${brand}`,
      )
      assert.deepEqual(JSON.parse(setting!.value), {
        ...{ layout: 'modern', paper: 'A4', address: 'window', accent: null, logo: null, logo_place: 'end' },
        ...{ columns: ['Bank\nIBAN 1', 'C'], languages: { de: { layout: 'compact' } } },
      })
      const sample = await staff.get(`/admin/brands/${brand}/sample.pdf?language=de&lines=40`)
      assertStatus(sample, 200)
      assert.equal(sample.headers.get('content-type'), 'application/pdf')
      assert.equal(sample.text.slice(0, 5), '%PDF-')
      assertStatus(await staff.get(`/admin/brands/${brand}/sample.pdf?lines=9999`), 422)
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
