import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createInvoiceLink } from '../../../core/billing/index.ts'
import { noHooks } from '../../../core/records/index.ts'
import { draft, issue, makeGateway, scriptedGateway } from '../../billing/support.ts'
import { engines, makeDatabase, type TestDatabase } from '../../support/databases.ts'
import { staffActor } from '../../support/make.ts'
import { testMeans, type TestMeans } from '../../support/means.ts'
import { startWeb, type Web, type WebBrowser } from '../../support/web.ts'
import { makePortal, signedIn } from './shop.ts'

for (const engine of engines)
  describe(`a gateway that takes not every payment (${engine})`, () => {
    let database: TestDatabase
    let web: Web
    let browser: WebBrowser
    let plain: string
    let picky: string
    let invoice: { id: string }
    let portal: Awaited<ReturnType<typeof makePortal>>
    let link: string
    let answer: (input: unknown) => Promise<unknown>
    let means: TestMeans
    const plugins = scriptedGateway([])
    before(async () => {
      database = await makeDatabase(engine)
      means = {
        ...testMeans(database.db),
        hooks: {
          ...noHooks,
          ask: (_id: string, _kind: string, _operation: string, input: unknown) => answer(input),
        },
      }
      portal = await makePortal(means)
      plain = (await makeGateway(means)).id
      picky = (await makeGateway(means, ['start_payment', 'eligibility'])).id
      invoice = await issue(means, draft(portal.client))
      const { url } = await createInvoiceLink(means, { invoice_id: invoice.id }, staffActor())
      link = new URL(url, 'http://x.example').pathname
      web = await startWeb(means, { plugins, options: { url: null, proxies: [], kind: 'real' } })
      browser = await signedIn(web, portal.user)
    })
    after(async () => {
      await web.close()
      await database.remove()
    })
    const path = () => `/portal/invoices/${invoice.id}/pay`
    const offers = (text: string, id: string) => text.includes(`value="${id}"`)

    test('the page goes on while it fails, and the one that says no is not on it', async () => {
      answer = () => Promise.reject(new Error('down'))
      const failing = (await browser.get(path())).text
      assert.deepEqual([offers(failing, plain), offers(failing, picky)], [true, true])
      answer = () => Promise.resolve({ eligible: false, reason: 'Not in this country' })
      const without = (await browser.get(path())).text
      assert.deepEqual([offers(without, plain), offers(without, picky)], [true, false])
      assert.doesNotMatch(without, /Not in this country/)
      const guest = (await web.browser().get(link)).text
      assert.deepEqual([offers(guest, plain), offers(guest, picky)], [true, false])
    })

    test('neither is it among the ways of a joint payment or a deposit', async () => {
      answer = () => Promise.resolve({ eligible: false, reason: 'Not in this country' })
      means.clock.advance(61_000)
      for (const page of ['/portal/pay', '/portal/credit']) {
        const { text } = await browser.get(page)
        assert.deepEqual([text.includes(plain), text.includes(picky)], [true, false], page)
      }
      answer = () => Promise.reject(new Error('down'))
      means.clock.advance(61_000)
      for (const page of ['/portal/pay', '/portal/credit'])
        assert.ok((await browser.get(page)).text.includes(picky), page)
    })

    test('a deposit is offered by whoever takes the least or the most of it', async () => {
      const least = '500'
      answer = (input) =>
        Promise.resolve(
          (input as { amount: { minor: string } }).amount.minor === least
            ? { eligible: false, reason: 'Too little' }
            : { eligible: true },
        )
      means.clock.advance(61_000)
      assert.ok((await browser.get('/portal/credit')).text.includes(picky))
      answer = () => Promise.resolve({ eligible: false, reason: 'Not in this country' })
      means.clock.advance(61_000)
    })

    test('a joint payment and a deposit leave in whoever takes some of what may be paid', async () => {
      await issue(means, draft(portal.client))
      // Of two documents of 11.90: one of them. Of deposits from 5.00 on: neither the least nor the most.
      const upTo = (most: number) => (input: unknown) => {
        const minor = Number((input as { amount: { minor: string } }).amount.minor)
        return Promise.resolve(
          minor >= 1_000 && minor <= most ? { eligible: true } : { eligible: false, reason: 'Other sums' },
        )
      }
      for (const [page, most] of [
        ['/portal/pay', 1_200],
        ['/portal/credit', 50_000],
      ] as const) {
        answer = upTo(most)
        means.clock.advance(61_000)
        assert.ok((await browser.get(page)).text.includes(picky), page)
      }
      answer = () => Promise.resolve({ eligible: false, reason: 'Not in this country' })
      means.clock.advance(61_000)
    })

    test('a page of before does not start it, and nobody is asked for money', async () => {
      const stale = await browser.post(path(), { seen: '1190', gateway: picky })
      assert.equal(stale.status, 409)
      assert.match(stale.text, /is not offered for this payment\. Choose another way to pay\./)
      assert.equal(plugins.asked.length, 0)
    })
  })
