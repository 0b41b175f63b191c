import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  createInvoiceLink,
  overrideSetting,
  recordMany,
  recordPayment,
  refundPayment,
  verifyBooks,
} from '../../../core/billing/index.ts'
import { createStatementCounter } from '../../../core/http/index.ts'
import { sql } from '../../../core/db/index.ts'
import { isoDate } from '../../../core/kernel/index.ts'
import { draft, issue, makeGateway, scriptedGateway } from '../../billing/support.ts'
import { engines, makeDatabase, type TestDatabase } from '../../support/databases.ts'
import { makeClient, makeMembership, makeUser, staffActor } from '../../support/make.ts'
import { testMeans, type TestMeans } from '../../support/means.ts'
import { startWeb, type Web, type WebBrowser } from '../../support/web.ts'
import { makePortal, signedIn, textOf } from './shop.ts'

for (const engine of engines) {
  describe(`paying several, a statement, and a secret address (${engine})`, () => {
    let database: TestDatabase
    let means: TestMeans
    let web: Web
    let portal: Awaited<ReturnType<typeof makePortal>>
    let browser: WebBrowser
    let gateway: { id: string }
    const answers: object[] = []
    before(async () => {
      const statements = createStatementCounter()
      database = await makeDatabase(engine, statements.meter)
      means = testMeans(database.db)
      portal = await makePortal(means)
      gateway = await makeGateway(means)
      const plugins = scriptedGateway(answers as never)
      const options = { url: null, proxies: [], kind: 'real', countStatements: true } as const
      web = await startWeb(means, { plugins, statements, options })
      browser = await signedIn(web, portal.user)
    })
    after(async () => {
      await web.close()
      await database.remove()
    })
    const clean = async () => assert.deepEqual(await verifyBooks(means.db, isoDate('2026-01-15')), [])
    const statusOf = async (id: string) =>
      (await means.db.get<{ status: string }>(sql`select status from invoices where id = ${id}`))!.status
    const eur = (minor: string) => ({ minor, currency: 'EUR' })

    const newcomer = async () => {
      const client = await makeClient(means, { brand_id: portal.brand.id })
      const user = await makeUser(means, { realm_id: portal.brand.realm_id })
      await makeMembership(means, { client_id: client.id, user_id: user.id })
      const own = await signedIn(web, user)
      return { client, own }
    }

    test('pays what is ticked with one payment, and refuses sums that have changed', async () => {
      const rows = []
      for (const amount of [1_000n, 2_000n, 3_000n])
        rows.push(await issue(means, draft(portal.client, { amounts: [amount] })))
      const [first, second, third] = rows
      const list = await browser.get('/portal/invoices')
      assert.match(list.text, /href="\/portal\/pay"/)
      assert.match((await browser.get('/portal')).text, /href="\/portal\/pay"/)
      assert.match(textOf((await browser.get('/portal/pay')).text), /€11\.90.*€23\.80.*€35\.70/)
      const seen = {
        [`seen[${first!.id}]`]: '1190',
        [`seen[${second!.id}]`]: '2380',
        [`seen[${third!.id}]`]: '3570',
      }
      const wish = {
        ...seen,
        with: `gateway:${gateway.id}`,
        [`pick[${first!.id}]`]: 'on',
        [`pick[${second!.id}]`]: 'on',
      }
      const nothing = await browser.post('/portal/pay', { ...seen, with: wish.with! })
      assert.deepEqual([nothing.status, /Tick at least one invoice\./.test(nothing.text)], [422, true])
      const stale = await browser.post('/portal/pay', { ...wish, [`seen[${first!.id}]`]: '1000' })
      assert.equal(stale.status, 409)
      answers.push(
        { outcome: 'needs_client', reference: 'cs_1', url: 'https://pay.example/1' },
        { outcome: 'succeeded', reference: 'pi_1', amount: eur('3570') },
      )
      await browser.get('/portal/pay')
      const left = await browser.post('/portal/pay', wish)
      assert.match(left.text, /https:\/\/pay\.example\/1/)
      const payment = await means.db.get<{ id: string }>(sql`select id from payments`)
      const back = await browser.get(`/portal/pay?payment=${payment!.id}`)
      assert.equal(back.location, '/portal/invoices')
      assert.deepEqual(
        [await statusOf(first!.id), await statusOf(second!.id), await statusOf(third!.id)],
        ['paid', 'paid', 'issued'],
      )
      assert.match(textOf((await browser.get('/portal/transactions')).text), /2 invoices/)
      await clean()
    })

    test('never pays what is another’s', async () => {
      const stranger = await makeClient(means, { brand_id: portal.client.brand_id })
      const foreign = await issue(means, draft(stranger))
      const reply = await browser.post('/portal/pay', {
        ...{ [`pick[${foreign.id}]`]: 'on', [`seen[${foreign.id}]`]: '1190', with: `gateway:${gateway.id}` },
      })
      assert.equal(reply.status, 404)
      assert.deepEqual(
        await means.db.all(sql`select payment_id from payment_documents where invoice_id = ${foreign.id}`),
        [],
      )
    })

    test('shows the statement of account as a page and as files', async () => {
      const shown = textOf((await browser.get('/portal/statement')).text)
      assert.match(shown, /Opening balance €0\.00 Closing balance €35\.70/)
      assert.match(shown, /Invoice.*Payment/)
      const csv = await browser.get('/portal/statement.csv?from=2026-01-01&to=2026-12-31')
      assert.match(csv.headers.get('content-disposition') ?? '', /statement-2026-01-01-2026-12-31\.csv/)
      assert.match(csv.text, /"closing_balance","","","35\.70","EUR"/)
      assert.equal((await browser.get('/portal/statement.pdf')).text.slice(0, 5), '%PDF-')
      assert.equal((await browser.get('/portal/statement?from=2026-13-01')).status, 422)
    })

    test('says of a proforma what it is, and of a receipt too', async () => {
      const terms = {
        key: 'billing.proforma_first',
        scope: 'client',
        scope_id: portal.client.id,
        value: true,
      }
      await overrideSetting(means, terms, staffActor())
      const row = await issue(means, draft(portal.client))
      const shown = textOf((await browser.get(`/portal/invoices/${row.id}`)).text)
      assert.match(shown, /This is a proforma/)
      assert.match(shown, /PRO-2026-00001/)
      await means.db.run(sql`update invoices set due_on = '2026-01-02' where id = ${row.id}`)
      for (const at of [`/portal/invoices/${row.id}`, '/portal/invoices?show=unpaid']) {
        const late = textOf((await browser.get(at)).text)
        assert.match(late, /Not paid in time/)
        assert.doesNotMatch(late, /Overdue|is overdue/)
      }
      await means.db.run(sql`update invoices set due_on = ${row.due_on} where id = ${row.id}`)
      assert.match(textOf((await browser.get('/portal/invoices?show=receipts')).text), /No receipts/)
      await clean()
    })

    test('shows of each what is asked for: what is paid of it, and what credit leaves of a proforma', async () => {
      const { client, own } = await newcomer()
      const partly = await issue(means, draft(client, { amounts: [1_000n] }))
      const transfer = { invoice_id: partly.id, amount_minor: '190', reference: 'T-1' }
      const payments = { ...means, plugins: scriptedGateway([]) }
      await recordPayment(payments, transfer, staffActor())
      const terms = { key: 'billing.proforma_first', scope: 'client', scope_id: client.id, value: true }
      await overrideSetting(means, terms, staffActor())
      const [early, late] = [
        await issue(means, draft(client, { amounts: [2_000n], dueOn: isoDate('2026-01-21') })),
        await issue(means, draft(client, { amounts: [3_000n], dueOn: isoDate('2026-01-22') })),
      ]
      const credit = { ...transfer, invoice_id: late.id, amount_minor: '500', reference: 'T-2' }
      await recordPayment(payments, credit, staffActor())
      const shown = textOf((await own.get('/portal/pay')).text)
      assert.match(shown, new RegExp(`${partly.number}: €10\\.00 [^€]*Partly paid: €1\\.90 of €11\\.90`))
      assert.match(shown, new RegExp(`${early.number}: €18\\.80 [^€]*Your credit pays €5\\.00 of €23\\.80`))
      assert.match(shown, new RegExp(`${late.number}: €35\\.70 Due 22 Jan 2026 P`))
      const alone = textOf((await own.get(`/portal/invoices/${late.id}/pay`)).text)
      assert.match(alone, /€30\.70 Your credit pays €5\.00 of €35\.70/)
      assert.doesNotMatch(alone, /Use €/)
      const seen = { [`seen[${early.id}]`]: '1880', [`seen[${late.id}]`]: '3570' }
      const wish = { ...seen, with: `gateway:${gateway.id}`, [`pick[${late.id}]`]: 'on' }
      const other = await own.post('/portal/pay', wish)
      assert.equal(other.status, 409)
      assert.match(textOf(other.text), new RegExp(`${early.number}: €23\\.80.*${late.number}: €30\\.70`))
      answers.push({ outcome: 'needs_client', reference: 'cs_many', url: 'https://pay.example/many' })
      await own.post('/portal/pay', { ...wish, [`seen[${late.id}]`]: '3070' })
      const made = await means.db.all<{ amount_minor: bigint }>(
        sql`select amount_minor from payments where client_id = ${client.id} and status = 'needs_client'`,
      )
      assert.deepEqual(made, [{ amount_minor: 3_070n }])
      await clean()
    })

    test('says of several paid at once that they are refunded', async () => {
      const { client, own } = await newcomer()
      const ids = [(await issue(means, draft(client))).id, (await issue(means, draft(client))).id]
      const payments = { ...means, plugins: scriptedGateway([]) }
      const wish = { invoice_ids: ids, amount_minor: '2380', reference: 'T-TWO' }
      const { id } = await recordMany(payments, wish, staffActor())
      const shown = async () => {
        const pages = ['/portal/invoices?show=all', ...ids.map((one) => `/portal/invoices/${one}`)]
        const counts = []
        for (const page of pages) {
          const { text } = await own.get(page)
          counts.push(textOf(text.slice(text.indexOf('<main'))).match(/\bRefunded\b/g)?.length ?? 0)
        }
        return counts
      }
      assert.deepEqual(await shown(), [0, 0, 0])
      const back = { payment_id: id, amount_minor: '2380', destination: 'recorded', reason: 'Returned' }
      await refundPayment(payments, back, staffActor())
      assert.deepEqual(await shown(), [2, 1, 1])
      await clean()
    })

    test('opens and pays one invoice by its secret address without signing in, and shows nothing else', async () => {
      const other = await makeClient(means, { brand_id: portal.client.brand_id, name: 'Hidden Name' })
      const invoice = await issue(means, draft(other))
      const more = await issue(means, draft(other))
      const { id, url } = await createInvoiceLink(means, { invoice_id: invoice.id }, staffActor())
      const path = new URL(url, 'http://x.example').pathname
      const guest = web.browser()
      const page = await guest.get(path)
      assert.equal(page.status, 200)
      assert.match(textOf(page.text), new RegExp(`Invoice ${invoice.number}.*€11\\.90`))
      for (const secret of [more.number!, other.email, invoice.id, other.id, 'href="/portal'])
        assert.ok(!page.text.includes(secret), secret)
      assert.equal(page.headers.get('cache-control'), 'no-store')
      assert.equal(page.headers.get('referrer-policy'), 'no-referrer')
      assert.equal((await guest.get(`${path}/invoice.pdf`)).text.slice(0, 5), '%PDF-')
      answers.push(
        { outcome: 'needs_client', reference: 'cs_9', url: 'https://pay.example/9' },
        { outcome: 'succeeded', reference: 'pi_9', amount: eur('1190') },
      )
      const left = await guest.post(path, { gateway: gateway.id })
      assert.match(left.text, /https:\/\/pay\.example\/9/)
      const payment = await means.db.get<{ id: string }>(
        sql`select id from payments where invoice_id = ${invoice.id}`,
      )
      const back = await guest.get(`${path}?payment=${payment!.id}`)
      assert.equal(back.location, path)
      assert.match(textOf((await guest.get(path)).text), /This invoice is paid/)
      assert.equal((await guest.get(`/portal/invoices/${invoice.id}`)).status, 303)
      await means.db.run(sql`update invoice_links set revoked_at = ${means.clock.now()} where id = ${id}`)
      assert.equal((await guest.get(path)).status, 404)
      assert.equal((await guest.get(`/pay/${'x'.repeat(43)}`)).status, 404)
      await clean()
    })
  })
}
