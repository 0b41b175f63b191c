import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createInvoiceLink, setGatewayRules, type GatewayRules } from '../../../core/billing/index.ts'
import { makeProduct, serviceRow } from '../../billing/make-services.ts'
import { draft, issue, makeMethod, scriptedGateway } from '../../billing/support.ts'
import { sql } from '../../../core/db/index.ts'
import { engines, makeDatabase, type TestDatabase } from '../../support/databases.ts'
import { staffActor } from '../../support/make.ts'
import { testMeans, type TestMeans } from '../../support/means.ts'
import { startWeb, type Web, type WebBrowser } from '../../support/web.ts'
import { makePortal, signedIn } from './shop.ts'

for (const engine of engines)
  describe(`ways to pay that are for some products and clients (${engine})`, () => {
    let database: TestDatabase
    let means: TestMeans
    let web: Web
    let browser: WebBrowser
    let gateway: string
    let method: string
    let link: string
    let invoice: { id: string }
    let product: { id: string }
    const plugins = scriptedGateway([])
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db)
      const { brand, client, user } = await makePortal(means)
      product = await makeProduct(means, brand)
      method = await makeMethod(means, client.id)
      gateway = (await means.db.get<{ id: string }>(
        sql`select instance_id as id from payment_methods where id = ${method}`,
      ))!.id
      const service = serviceRow(means, { brand, product, client, index: 1 }, '2026-02-01')
      await means.db.insert('services', [service])
      const written = draft(client)
      const lines = written.lines.map((line) => ({ ...line, sourceId: service.id }))
      invoice = await issue(means, { ...written, lines })
      const { url } = await createInvoiceLink(means, { invoice_id: invoice.id }, staffActor())
      link = new URL(url, 'http://x.example').pathname
      web = await startWeb(means, { plugins, options: { url: null, proxies: [], kind: 'real' } })
      browser = await signedIn(web, user)
    })
    after(async () => {
      await web.close()
      await database.remove()
    })

    const set = (rules: GatewayRules) => setGatewayRules(means, { instance_id: gateway, rules }, staffActor())
    /** Whether gateway and saved method are on the page of the document, on that of several, and by its link. */
    const shown = async () => {
      const pages = [`/portal/invoices/${invoice.id}/pay`, '/portal/pay']
      const own = await Promise.all(pages.map(async (path) => (await browser.get(path)).text))
      const { text } = await web.browser().get(link)
      return [
        ...own.flatMap((page) => [page.includes(gateway), page.includes(method)]),
        text.includes(gateway),
      ]
    }

    test('are on every page while all that is paid is allowed, and on none otherwise', async () => {
      assert.deepEqual(await shown(), [true, true, true, true, true])
      await set({ products: [product.id] })
      assert.deepEqual(await shown(), [true, true, true, true, true])
      await set({ client_groups: [await groupOf()] })
      assert.deepEqual(await shown(), [false, false, false, false, false])
      const other = await makeProduct(means, { id: await brandOf() } as Parameters<typeof makeProduct>[1])
      await set({ products: [other.id] })
      assert.deepEqual(await shown(), [false, false, false, false, false])
    })

    test('are refused when a page of before asks for them', async () => {
      await set({})
      const { text } = await browser.get(`/portal/invoices/${invoice.id}/pay`)
      assert.match(text, new RegExp(gateway))
      await set({ client_groups: [await groupOf()] })
      const answer = await browser.post(`/portal/invoices/${invoice.id}/pay`, { gateway })
      assert.equal(answer.status, 409)
      assert.deepEqual(plugins.asked, [])
    })

    const brandOf = async () =>
      (await means.db.get<{ brand_id: string }>(sql`select brand_id from invoices where id = ${invoice.id}`))!
        .brand_id

    async function groupOf(): Promise<string> {
      const known = await means.db.get<{ id: string }>(sql`select id from client_groups`)
      if (known) return known.id
      const now = means.business.now()
      const group = { id: 'cgr_1', brand_id: await brandOf(), name: 'Resellers', note: null }
      await means.db.insert('client_groups', [
        { ...group, price_list_id: null, retired_at: null, version: 1, created_at: now, updated_at: now },
      ])
      return group.id
    }
  })
