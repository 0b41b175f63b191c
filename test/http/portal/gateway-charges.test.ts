import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createInvoiceLink, setGatewayRules, verifyBooks } from '../../../core/billing/index.ts'
import { sql } from '../../../core/db/index.ts'
import { isoDate } from '../../../core/kernel/index.ts'
import { draft, issue, makeGateway, scriptedGateway } from '../../billing/support.ts'
import { engines, makeDatabase, type TestDatabase } from '../../support/databases.ts'
import { staffActor } from '../../support/make.ts'
import { testMeans, type TestMeans } from '../../support/means.ts'
import { startWeb, type Web, type WebBrowser } from '../../support/web.ts'
import { makePortal, signedIn, textOf } from './shop.ts'

for (const engine of engines)
  describe(`what paying costs is seen before (${engine})`, () => {
    let database: TestDatabase
    let means: TestMeans
    let web: Web
    let portal: Awaited<ReturnType<typeof makePortal>>
    let browser: WebBrowser
    let gateway: { id: string }
    const answers: object[] = []
    const plugins = scriptedGateway(answers as never)
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db)
      portal = await makePortal(means)
      gateway = await makeGateway(means)
      web = await startWeb(means, { plugins, options: { url: null, proxies: [], kind: 'real' } })
      browser = await signedIn(web, portal.user)
    })
    after(async () => {
      await web.close()
      await database.remove()
    })
    const set = (percent_ppm: number, fixed_minor: string) =>
      setGatewayRules(
        means,
        {
          instance_id: gateway.id,
          rules: { charges: [{ currency: 'EUR', percent_ppm, fixed_minor }] },
        },
        staffActor(),
      )
    const eur = (minor: string) => ({ minor, currency: 'EUR' })

    test('on the pay page, where another sum than the one that was shown is refused', async () => {
      await set(20_000, '35')
      const invoice = await issue(means, draft(portal.client))
      const path = `/portal/invoices/${invoice.id}/pay`
      const shown = await browser.get(path)
      assert.match(textOf(shown.text), /Pay €12\.49 with Cards.*Includes a surcharge of €0\.59\./)
      assert.match(shown.text, /name="charge" value="20000\/35"/)
      const wish = { seen: '1190', gateway: gateway.id, charge: '20000/35' }
      await set(20_000, '50')
      const stale = await browser.post(path, wish)
      assert.equal(stale.status, 409)
      assert.match(textOf(stale.text), /has changed/)
      assert.equal(plugins.asked.length, 0, 'nobody was asked for money')
      answers.push(
        { outcome: 'needs_client', reference: 'cs_1', url: 'https://pay.example/1' },
        { outcome: 'succeeded', reference: 'pi_1', amount: eur('1264') },
      )
      await browser.get(path)
      await browser.post(path, { ...wish, charge: '20000/50' })
      assert.deepEqual(plugins.asked[0]!.input.amount, eur('1264'))
      const payment = await means.db.get<{ id: string }>(sql`select id from payments`)
      assert.equal((await browser.get(`${path}?payment=${payment!.id}`)).status, 303)
      const fee = await means.db.get<{ id: string }>(sql`select id from invoices where origin = 'surcharge'`)
      const document = textOf((await browser.get(`/portal/invoices/${fee!.id}`)).text)
      assert.match(document, /Surcharge for payment by Cards.*€0\.74/)
      assert.deepEqual(await verifyBooks(means.db, isoDate('2026-01-15')), [])
    })

    test('as a discount, at the secret address too', async () => {
      await set(-30_000, '0')
      const invoice = await issue(means, draft(portal.client))
      const note = /€11\.54 .*Includes a discount of €0\.36\./
      assert.match(textOf((await browser.get(`/portal/invoices/${invoice.id}/pay`)).text), note)
      const { url } = await createInvoiceLink(means, { invoice_id: invoice.id }, staffActor())
      const path = new URL(url, 'http://x.example').pathname
      const guest = web.browser()
      assert.match(textOf((await guest.get(path)).text), note)
      const stale = await guest.post(path, { gateway: gateway.id, charge: '' })
      assert.equal(stale.status, 409)
    })

    test('with several invoices, by the rule, and never as a discount', async () => {
      assert.doesNotMatch(textOf((await browser.get('/portal/pay')).text), /Cards \(/)
      await set(15_000, '20')
      const shown = await browser.get('/portal/pay')
      assert.match(shown.text, /Cards \(\+1\.5 % \+0\.20 EUR\)/)
      assert.match(shown.text, new RegExp(`value="gateway:${gateway.id}:15000/20"`))
    })
  })
