import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createStatementCounter } from '../../../core/http/index.ts'
import { creditInvoice } from '../../../core/billing/index.ts'
import { sql } from '../../../core/db/index.ts'
import { draft, issue, makeGateway, scriptedGateway } from '../../billing/support.ts'
import { engines, makeDatabase, type TestDatabase } from '../../support/databases.ts'
import { testMeans, type TestMeans } from '../../support/means.ts'
import { staffActor } from '../../support/make.ts'
import { startWeb, type Web, type WebBrowser } from '../../support/web.ts'
import { makePortal, signedIn, textOf } from './shop.ts'

for (const engine of engines) {
  describe(`invoices in the portal (${engine})`, () => {
    let database: TestDatabase
    let means: TestMeans
    let web: Web
    let portal: Awaited<ReturnType<typeof makePortal>>
    let browser: WebBrowser
    let plugins: ReturnType<typeof scriptedGateway>
    const answers: object[] = []
    before(async () => {
      const statements = createStatementCounter()
      database = await makeDatabase(engine, statements.meter)
      means = testMeans(database.db)
      portal = await makePortal(means)
      plugins = scriptedGateway(answers as never)
      const options = { url: null, proxies: [], kind: 'real', countStatements: true } as const
      web = await startWeb(means, { plugins, statements, options })
      browser = await signedIn(web, portal.user)
    })
    after(async () => {
      await web.close()
      await database.remove()
    })

    const paymentsOf = (invoiceId: string) =>
      means.db.all<{ id: string; status: string }>(
        sql`select id, status from payments where invoice_id = ${invoiceId} order by id`,
      )

    test('the list shows what is unpaid first, with the sum that is open', async () => {
      const invoice = await issue(means, draft(portal.client, { amounts: [1_000n, 400n] }))
      const { status, text } = await browser.get('/portal/invoices')
      assert.equal(status, 200)
      assert.match(textOf(text), /Open €16\.66/)
      assert.match(text, new RegExp(`href="/portal/invoices/${invoice.id}"`))
      assert.match(textOf(text), /Pay €16\.66/)
      assert.match(textOf((await browser.get('/portal/invoices?show=credit-notes')).text), /No credit notes/)
    })

    test('an invoice and the credit notes over it lead to each other', async () => {
      const invoice = await issue(means, draft(portal.client, { amounts: [1_000n] }))
      const input = { invoice_id: invoice.id, lines: [{ position: 1, amount_minor: '400' }], reason: 'Late' }
      const note = await creditInvoice(means, input, staffActor())
      const page = await browser.get(`/portal/invoices/${invoice.id}`)
      assert.match(textOf(page.text), new RegExp(`Corrected by ${note.number!}`))
      assert.match(page.text, new RegExp(`href="/portal/invoices/${note.id}"`))
      const back = await browser.get(`/portal/invoices/${note.id}`)
      assert.match(textOf(back.text), new RegExp(`Corrects ${invoice.number!}`))
    })

    test('the page shows the document as frozen, and the PDF is kept once', async () => {
      const invoice = await issue(means, draft(portal.client, { amounts: [1_000n] }))
      const { text } = await browser.get(`/portal/invoices/${invoice.id}`)
      const shown = textOf(text)
      assert.match(shown, /Kontor Hosting GmbH Hafenstr\. 1 20457 Hamburg Germany/)
      assert.match(shown, /Ada Quay Kai 7 28195 Bremen Germany/)
      assert.match(shown, /Why this sum\? 1 × €10\.00 = €10\.00\. Of it €10\.00 net and €1\.90 VAT at 19 %\./)
      assert.match(shown, /VAT 19 % of €10\.00 €1\.90 Total €11\.90/)
      const pdf = await browser.get(`/portal/invoices/${invoice.id}.pdf`)
      assert.equal(pdf.headers.get('content-type'), 'application/pdf')
      assert.equal(pdf.text.slice(0, 5), '%PDF-')
      await browser.get(`/portal/invoices/${invoice.id}.pdf`)
      const files = await means.db.all(sql`select id from files`)
      assert.equal(files.length, 1)
    })

    test("another client's document is not found, nor its PDF, nor its pay page", async () => {
      const foreign = await issue(means, draft(portal.foreign))
      for (const end of ['', '.pdf', '/pay'])
        assert.equal((await browser.get(`/portal/invoices/${foreign.id}${end}`)).status, 404, end)
      const gateway = await makeGateway(means)
      const refused = await browser.post(`/portal/invoices/${foreign.id}/pay`, { gateway: gateway.id })
      assert.equal(refused.status, 404)
      assert.deepEqual(await paymentsOf(foreign.id), [])
    })

    test('paying on the page of a gateway: away, back, asked once, booked', async () => {
      const gateway = await makeGateway(means)
      const invoice = await issue(means, draft(portal.client))
      const path = `/portal/invoices/${invoice.id}/pay`
      assert.match(textOf((await browser.get(path)).text), /Pay €11\.90 with Cards/)

      answers.push({ outcome: 'needs_client', reference: 'cs_1', url: 'https://pay.example/cs_1' })
      const away = await browser.post(path, { gateway: gateway.id, seen: '1190' }, { 'HX-Request': 'true' })
      assert.equal(away.headers.get('hx-redirect'), 'https://pay.example/cs_1')
      const [payment] = await paymentsOf(invoice.id)
      assert.match(textOf((await browser.get(path)).text), /You began to pay with Cards/)

      answers.push({
        outcome: 'succeeded',
        reference: 'pi_1',
        amount: { minor: '1190', currency: 'EUR' },
        saved_method: { reference: 'pm_1', kind: 'card', label: 'Visa 4242', expires: '2027-09' },
      })
      const back = await browser.get(`${path}?payment=${payment!.id}`)
      assert.equal(back.location, path)
      assert.match(textOf((await browser.get(path)).text), /Thank you, this is paid/)
      assert.equal((await paymentsOf(invoice.id))[0]!.status, 'succeeded')
    })

    test('without htmx a page of ours leads to the gateway', async () => {
      const gateway = await makeGateway(means)
      const invoice = await issue(means, draft(portal.client))
      const path = `/portal/invoices/${invoice.id}/pay`
      await browser.get(path)
      answers.push({ outcome: 'needs_client', reference: 'cs_2', url: 'https://pay.example/cs_2' })
      const { status, headers, text } = await browser.post(path, { gateway: gateway.id })
      assert.equal(status, 200)
      assert.equal(headers.get('refresh'), '0; url=https://pay.example/cs_2')
      assert.match(text, /href="https:\/\/pay\.example\/cs_2"/)
    })

    test('a saved method is one button; a refusal says why and takes nothing', async () => {
      const invoice = await issue(means, draft(portal.client))
      const path = `/portal/invoices/${invoice.id}/pay`
      const { text } = await browser.get(path)
      assert.match(textOf(text), /Pay €11\.90 with Visa 4242/)
      const method = /name="method" value="([^"]+)"/.exec(text)![1]!

      answers.push({
        outcome: 'declined',
        code: 'insufficient_funds',
        message: 'The bank says that the account does not hold enough.',
        retry: 'later',
      })
      assert.equal((await browser.post(path, { method, seen: '1190' })).location, path)
      const declined = textOf((await browser.get(path)).text)
      assert.match(
        declined,
        /The payment did not go through The bank says that the account does not hold enough\./,
      )

      answers.push({ outcome: 'pending', reference: 'pi_2' })
      await browser.post(path, { method, seen: '1190' })
      const waiting = await browser.get(path)
      assert.match(textOf(waiting.text), /Your payment is on its way/)
      assert.match(waiting.text, /hx-trigger="[^"]+ from:body, every 4s"/)
    })

    test('a sum that has changed meanwhile is not charged', async () => {
      const invoice = await issue(means, draft(portal.client))
      const path = `/portal/invoices/${invoice.id}/pay`
      const method = /name="method" value="([^"]+)"/.exec((await browser.get(path)).text)![1]!
      const refused = await browser.post(path, { method, seen: '999' })
      assert.equal(refused.status, 409)
      assert.match(textOf(refused.text), /has changed since this page was loaded/)
      assert.deepEqual(await paymentsOf(invoice.id), [])
    })

    test('a bank transfer shows what to write on it', async () => {
      const gateway = await makeGateway(means, ['start_payment'])
      const invoice = await issue(means, draft(portal.client))
      const path = `/portal/invoices/${invoice.id}/pay`
      await browser.get(path)
      answers.push({
        outcome: 'needs_client',
        reference: 'BT-1',
        instructions: [{ label: 'Reference', value: 'BT-0001', copy: true }],
      })
      assert.equal((await browser.post(path, { gateway: gateway.id })).location, path)
      const { text } = await browser.get(path)
      assert.match(text, /data-copy="BT-0001"/)
    })

    test('who has sent a transfer says so, which marks the payment and books nothing', async () => {
      const gateway = await makeGateway(means, ['start_payment'])
      const invoice = await issue(means, draft(portal.client))
      const [page, said] = [`/portal/invoices/${invoice.id}`, `/portal/invoices/${invoice.id}/said-paid`]
      await browser.get(page)
      assert.equal((await browser.post(said)).status, 409, 'no transfer is awaited')
      await browser.get(`${page}/pay`)
      const instructions = [{ label: 'Reference', value: 'BT-0002', copy: true }]
      answers.push({ outcome: 'needs_client', reference: 'BT-2', instructions })
      await browser.post(`${page}/pay`, { gateway: gateway.id })
      for (const at of [page, `${page}/pay`])
        assert.match((await browser.get(at)).text, new RegExp(`action="${said}"`), at)
      const stored = async () =>
        (await means.db.get<{ status: string; said_paid_at: string | null; version: number }>(
          sql`select status, said_paid_at, version from payments where invoice_id = ${invoice.id}`,
        ))!
      assert.equal((await browser.post(said)).location, `${page}/pay`)
      const first = await stored()
      assert.deepEqual([first.status, first.said_paid_at], ['needs_client', means.business.now()])
      for (const at of [page, `${page}/pay`]) {
        const { text } = await browser.get(at)
        assert.match(textOf(text), /You said on .* that you have paid/)
        assert.doesNotMatch(text, new RegExp(`action="${said}"`), at)
      }
      await browser.get(page)
      assert.equal((await browser.post(said)).status, 303)
      assert.deepEqual(await stored(), first, 'said twice it changes nothing')
      const audit = await means.db.all(
        sql`select a.id from audit a join payments p on p.id = a.subject where p.invoice_id = ${invoice.id} and a.action = 'payment.say_paid'`,
      )
      const { status } = (await means.db.get<{ status: string }>(
        sql`select status from invoices where id = ${invoice.id}`,
      ))!
      assert.deepEqual([audit.length, status], [1, 'issued'])
      const foreign = await issue(means, draft(portal.foreign))
      assert.equal((await browser.post(`/portal/invoices/${foreign.id}/said-paid`)).status, 404)
    })

    test('pages keep to their number of statements', async () => {
      const invoice = await issue(means, draft(portal.client, { amounts: Array<bigint>(30).fill(100n) }))
      for (const path of ['', '/upcoming', `/${invoice.id}`, `/${invoice.id}/pay`]) {
        const { headers } = await browser.get(`/portal/invoices${path}`)
        const statements = Number(headers.get('x-statements'))
        assert.ok(statements > 0 && statements <= 12, `${path || 'list'}: ${statements}`)
      }
    })
  })
}
