import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import {
  agreeInstalments,
  createInvoiceLink,
  findInstalments,
  instalmentOffer,
  recordPayment,
  verifyBooks,
  type Payments,
} from '../../../core/billing/index.ts'
import { writeSetting } from '../../../core/records/index.ts'
import { engines, makeDatabase } from '../../support/databases.ts'
import { staffActor } from '../../support/make.ts'
import { testMeans } from '../../support/means.ts'
import { startWeb, type Web, type WebBrowser } from '../../support/web.ts'
import { draft, issue, makeGateway, scriptedGateway } from '../../billing/support.ts'
import { makePortal, signedIn, textOf } from './shop.ts'

for (const engine of engines)
  describe(`instalments in the portal (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    const means = testMeans(db)
    const payments: Payments = { ...means, plugins: scriptedGateway([]) }
    const { client, user } = await makePortal(means)
    let web: Web
    let browser: WebBrowser
    before(async () => {
      web = await startWeb(means)
      browser = await signedIn(web, user)
    })
    after(async () => {
      await web.close()
      await remove()
    })

    it('are offered from a sum on, taken without a script, shown, and paid part by part or at once', async () => {
      const invoice = await issue(means, draft(client, { amounts: [90_000n] }))
      const at = `/portal/invoices/${invoice.id}`
      assert.doesNotMatch(textOf((await browser.get(`${at}/pay`)).text), /Pay in 3 parts/)
      assert.equal((await browser.post(`${at}/instalments`, {})).status, 409)
      const value = { ...instalmentOffer.preset, minimum: { EUR: '100' }, fee_percent: '2' }
      const set = { setting: instalmentOffer, scope: 'brand', scopeId: client.brand_id, value } as const
      await db.transaction((trx) => writeSetting(means, trx, set, staffActor()))
      const offered = textOf((await browser.get(`${at}/pay`)).text)
      assert.match(offered, /Pay in 3 parts/)
      assert.match(offered, /fee of €21\.42/)
      assert.equal((await browser.post(`${at}/instalments`, {})).status, 303)
      const third = invoice.total_minor / 3n
      const { plan } = (await findInstalments(db, invoice.id))!
      assert.deepEqual([plan.status, plan.covers_minor], ['active', invoice.total_minor])
      const decimal = (minor: bigint) => `${minor / 100n}.${String(minor % 100n).padStart(2, '0')}`
      const euros = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' })
      const all = euros.format(Number(invoice.total_minor) / 100)
      for (const page of ['/portal', '/portal/invoices', at]) {
        const shown = textOf((await browser.get(page)).text)
        assert.ok(!shown.includes(`Pay ${all}`), `${page} asks for no more than the part`)
      }
      assert.ok(textOf((await browser.get('/portal')).text).includes(`Open: ${all}`))
      const pay = textOf((await browser.get(`${at}/pay`)).text)
      assert.ok(pay.includes(decimal(third)), pay)
      assert.match(pay, /Pay all that is open instead/)
      const whole = textOf((await browser.get(`${at}/pay?whole=1`)).text)
      assert.match(whole, /Pay the part instead/)
      const seen = { seen: String(invoice.total_minor), gateway: 'plg_none' }
      const stale = await browser.post(`${at}/pay`, seen)
      assert.equal(stale.status, 409, 'the sum that was shown is not what is asked for')
      const paid = { invoice_id: invoice.id, amount_minor: third.toString(), reference: 'T-1' }
      await recordPayment(payments, paid, staffActor())
      const shown = textOf((await browser.get(at)).text)
      assert.match(shown, /Instalments.*Running.*Paid/s)
      const rest = textOf((await browser.get(`${at}/pay`)).text)
      const left = euros.format(Number(invoice.total_minor - third) / 100)
      assert.ok(
        rest.includes(`Sum of the invoice ${all} Paid so far −${euros.format(Number(third) / 100)}`),
        rest,
      )
      assert.ok(rest.includes(`of ${left} that are open`), rest)
      assert.deepEqual(await verifyBooks(db, means.business.today('UTC')), [])
    })

    it('at a secret address: what was paid before, what is open, and the part that is asked for', async () => {
      const invoice = await issue(means, draft(client, { amounts: [10_000n] }))
      const terms = { parts: 2, first_on: '2026-01-20', every: '1m' }
      await agreeInstalments(means, { invoice_id: invoice.id, ...terms }, staffActor())
      const paid = { invoice_id: invoice.id, amount_minor: '1900', reference: 'B-LINK' }
      await recordPayment(payments, paid, staffActor())
      const { url } = await createInvoiceLink(means, { invoice_id: invoice.id }, staffActor())
      const text = textOf((await web.browser().get(new URL(url, 'http://x.example').pathname)).text)
      assert.match(text, /Total €119\.00 Paid so far −€19\.00 Open €100\.00 Due on 20 Jan 2026 €40\.50/)
    })

    it('several invoices at once: what is asked of each is shown and paid', async () => {
      const invoice = await issue(means, draft(client, { amounts: [10_000n] }))
      await issue(means, draft(client, { amounts: [1_000n] }))
      const terms = { parts: 4, first_on: '2026-01-20', every: '1m' }
      await agreeInstalments(means, { invoice_id: invoice.id, ...terms }, staffActor())
      await makeGateway(means)
      const page = await browser.get('/portal/pay')
      // 119.00 in four parts.
      const row = new RegExp(`${invoice.number}: €29\\.75 Part due .*; €119\\.00 is open in all`)
      assert.match(textOf(page.text), row)
      assert.match(page.text, new RegExp(`name="seen\\[${invoice.id}\\]" value="2975"`))
    })
  })
