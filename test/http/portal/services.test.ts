import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { toDecimal } from '../../../sdk/index.ts'
import { createStatementCounter } from '../../../core/http/index.ts'
import { sql } from '../../../core/db/index.ts'
import { setPrice } from '../../../core/catalog/index.ts'
import { engines, makeDatabase, type TestDatabase } from '../../support/databases.ts'
import { draft, issue, scriptedGateway } from '../../billing/support.ts'
import { PASSWORD, staffActor } from '../../support/make.ts'
import { testMeans, type TestMeans } from '../../support/means.ts'
import { startWeb, type Web, type WebBrowser } from '../../support/web.ts'
import { makeFullPortal } from './full-shop.ts'
import { signedIn, textOf } from './shop.ts'

for (const engine of engines) {
  describe(`services and account in the portal (${engine})`, () => {
    let database: TestDatabase
    let means: TestMeans
    let web: Web
    let portal: Awaited<ReturnType<typeof makeFullPortal>>
    let browser: WebBrowser
    const answers: object[] = []
    before(async () => {
      const statements = createStatementCounter()
      database = await makeDatabase(engine, statements.meter)
      means = testMeans(database.db)
      portal = await makeFullPortal(means)
      const options = { url: null, proxies: [], kind: 'real', countStatements: true } as const
      web = await startWeb(means, { plugins: scriptedGateway(answers as never), statements, options })
      browser = await signedIn(web, portal.user)
    })
    after(async () => {
      await web.close()
      await database.remove()
    })

    test('home says that all is well, what there is, and what the next 30 days bring', async () => {
      const { status, text } = await browser.get('/portal')
      assert.equal(status, 200)
      const shown = textOf(text)
      assert.match(shown, /All is well/)
      assert.match(shown, /quay\.example/)
      assert.match(shown, /1 Feb 2026 €7\.13 Shared hosting S – quay\.example/)
    })

    test('home puts what is unpaid first, with its button', async () => {
      const invoice = await issue(means, draft(portal.client, { dueOn: '2026-01-10' as never }))
      const { text } = await browser.get('/portal')
      assert.match(textOf(text), new RegExp(`Invoice ${invoice.number} was due on 10 Jan 2026`))
      assert.match(text, new RegExp(`href="/portal/invoices/${invoice.id}/pay"`))
    })

    test('a service is given a name of the client’s own, and is charged by hand', async () => {
      const path = `/portal/services/${portal.serviceId}`
      const stored = () =>
        means.db.get<object>(sql`select label, auto_charge from services where id = ${portal.serviceId}`)
      assert.match((await browser.get(path)).text, new RegExp(`href="${path}/edit"`))
      const form = await browser.get(`${path}/edit`)
      assert.match(form.text, /name="label"[^>]*value="quay\.example"|value="quay\.example"[^>]*name="label"/)
      const refused = await browser.post(`${path}/edit`, { label: ' ' })
      assert.equal(refused.status, 422)
      const long = await browser.post(`${path}/edit`, { label: 'x'.repeat(191), auto_charge: 'on' })
      assert.equal(long.status, 422)
      assert.deepEqual({ ...(await stored()) }, { label: 'quay.example', auto_charge: 1 })
      assert.equal((await browser.post(`${path}/edit`, { label: 'Castle' })).location, path)
      assert.deepEqual({ ...(await stored()) }, { label: 'Castle', auto_charge: 0 })
      assert.match(textOf((await browser.get(path)).text), /Castle .*Charged by you, invoice by invoice/)
      await browser.get(`${path}/edit`)
      await browser.post(`${path}/edit`, { label: 'quay.example', auto_charge: 'on' })
      assert.deepEqual({ ...(await stored()) }, { label: 'quay.example', auto_charge: 1 })
      assert.equal((await browser.get(`/portal/services/${means.newId('svc')}/edit`)).status, 404)
    })

    test('the page of a service shows what it used on each day, once that was read', async () => {
      const path = `/portal/services/${portal.serviceId}`
      assert.doesNotMatch((await browser.get(path)).text, /id="usage-days"/)
      const report = (gib: number) =>
        JSON.stringify({
          available: true,
          metrics: [
            { key: 'disk', label: 'Disk', value: gib * 1024 ** 3, limit: 10 * 1024 ** 3, unit: 'bytes' },
          ],
        })
      const row = (day: string, gib: number) => ({
        ...{ service_id: portal.serviceId, day, report: report(gib), read_at: `${day}T04:20:00.000Z` },
      })
      await means.db.insert('service_usage_days', [row('2026-01-13', 2), row('2026-01-14', 2.5)])
      const shown = textOf((await browser.get(path)).text)
      assert.match(shown, /Use by day Day Disk 14 Jan 2026 2\.5 GiB 13 Jan 2026 2 GiB/)
    })

    test('a secret is shown after the password, once for each ask, and never in the page', async () => {
      const path = `/portal/services/${portal.serviceId}`
      const page = await browser.get(path)
      assert.match(page.text, /192\.0\.2\.7/)
      assert.doesNotMatch(page.text, /hidden-harbour/)
      means.clock.advance(11 * 60_000)
      const asked = await browser.post(`${path}/access/1`)
      assert.match(asked.location!, /^\/confirm\?next=/)
      await browser.get('/confirm')
      await browser.post('/confirm', { password: PASSWORD })
      await browser.get(path)
      const shown = await browser.post(`${path}/access/1`)
      assert.equal(shown.status, 200)
      assert.match(shown.text, /hidden-harbour/)
    })

    test('cancelling needs a reason; it ends with the term and can be taken back', async () => {
      const path = `/portal/services/${portal.serviceId}`
      assert.match(
        textOf((await browser.get(`${path}/cancel`)).text),
        /At the end of the term, on 1 Feb 2026/,
      )
      const refused = await browser.post(`${path}/cancel`, { at: 'end', reason: '' })
      assert.equal(refused.status, 422)
      const state = async () =>
        (await means.db.get<{ billing_status: string }>(
          sql`select billing_status from services where id = ${portal.serviceId}`,
        ))!.billing_status
      assert.equal(await state(), 'active')
      assert.equal((await browser.post(`${path}/cancel`, { at: 'end', reason: 'other' })).location, path)
      assert.equal(await state(), 'ending')
      assert.match(textOf((await browser.get(path)).text), /It is cancelled and ends on 1 Feb 2026/)
      const mails = means.jobs.of('mail.send') as { template: string; data: { link: string } }[]
      const mail = mails.findLast(({ template }) => template === 'cancellation-received')!
      assert.match(textOf((await browser.get(mail.data.link)).text), /Keep it/)
      await browser.post(`${path}/cancel/undo`)
      assert.equal(await state(), 'active')
    })

    test('a change shows its price, and waits for its invoice', async () => {
      const staff = staffActor()
      for (const [cycle, amount] of [
        ['1m', '5.99'],
        ['1y', '60.00'],
      ] as const)
        await setPrice(means, { owner_id: portal.product.id, cycle, currency: 'EUR', amount }, staff)
      const path = `/portal/services/${portal.serviceId}/upgrade`
      assert.match(textOf((await browser.get(path)).text), /Shared hosting S €60\.00 per year/)
      const wish = `${portal.product.id} 1y`
      const preview = await browser.get(`${path}/preview?plan=${encodeURIComponent(wish)}`)
      assert.match(textOf(preview.text), /New plan until the next charge €60\.00/)
      assert.ok(Number(preview.headers.get('x-statements')) <= 12)
      const gone = `${means.newId('prd')} 1m`
      const refused = [
        await browser.post(path, { plan: gone }),
        await browser.get(`${path}/preview?plan=${encodeURIComponent(gone)}`),
      ]
      for (const { status, text } of refused) {
        assert.equal(status, 404)
        assert.match(text, /<form class="b-form"[^>]*upgrade\/preview/)
        assert.match(textOf(text), /What is paid and unused counts in full\..*plan/)
      }
      const ordered = await browser.post(path, { plan: wish })
      assert.match(ordered.location!, /^\/portal\/invoices\/inv_\w+\/pay$/)
      const invoice = await means.db.get<{ tax_minor: bigint; total_minor: bigint }>(
        sql`select tax_minor, total_minor from invoices where origin = 'change' order by id desc limit 1`,
      )
      assert.ok(invoice!.tax_minor > 0n)
      const [tax, total] = [invoice!.tax_minor, invoice!.total_minor].map((minor) =>
        toDecimal({ minor, currency: 'EUR' }),
      )
      assert.ok(textOf(preview.text).includes(`Tax €${tax} To pay today €${total}`), textOf(preview.text))
      const shown = await browser.get(`/portal/services/${portal.serviceId}`)
      assert.match(textOf(shown.text), /A change waits for its payment/)
      const takeBack = /action="([^"]+\/changes\/[^"]+)"/.exec(shown.text)![1]!
      await browser.post(takeBack)
      assert.doesNotMatch((await browser.get(`/portal/services/${portal.serviceId}`)).text, /changes\//)
    })

    test("another client's service, order and message are not found", async () => {
      const ids = { services: means.newId('svc'), orders: means.newId('ord'), messages: means.newId('msg') }
      await means.db.run(sql`
        insert into services (id, brand_id, client_id, product_id, label, billing_status, delivery_status, currency, cycle, quantity, amount_minor, recurring_minor, tax_class, zone, period_index, delivery_on, module_settings, created_at, updated_at)
        select ${ids.services}, brand_id, ${portal.foreign.id}, product_id, label, billing_status, delivery_status, currency, cycle, quantity, amount_minor, recurring_minor, tax_class, zone, period_index, delivery_on, module_settings, created_at, updated_at from services where id = ${portal.serviceId}`)
      for (const [noun, id] of Object.entries(ids))
        assert.equal((await browser.get(`/portal/${noun}/${id}`)).status, 404, noun)
      for (const end of ['upgrade', 'cancel', 'usage'])
        assert.equal((await browser.get(`/portal/services/${ids.services}/${end}`)).status, 404, end)
      const cancelled = await browser.post(`/portal/services/${ids.services}/cancel`, {
        at: 'now',
        reason: 'other',
      })
      assert.equal(cancelled.status, 404)
    })

    const profile = {
      name: 'Ada Quay',
      email: 'ada@quay.example',
      address_1: 'Kai 8',
      city: 'Bremen',
      postcode: '28195',
      country: 'DE',
    }
    test('the profile is kept when it fits, and drawn again when it does not', async () => {
      await browser.get('/portal/account')
      const refused = await browser.post('/portal/account', { ...profile, email: 'nobody' })
      assert.equal(refused.status, 422)
      assert.match(refused.text, /value="nobody"/)
      assert.equal((await browser.post('/portal/account', profile)).location, '/portal/account')
      const row = await means.db.get<{ address_1: string }>(
        sql`select address_1 from clients where id = ${portal.client.id}`,
      )
      assert.equal(row!.address_1, 'Kai 8')
    })

    test('a client chooses the language of the pages and of the mails in the profile', async () => {
      await browser.get('/portal/account')
      for (const locale of ['de', 'en']) {
        await browser.post('/portal/account', { ...profile, locale })
        assert.match((await browser.get('/portal/account')).text, new RegExp(`<html lang="${locale}"`))
        const kept = await means.db.get(sql`select locale from clients where id = ${portal.client.id}`)
        assert.deepEqual({ ...(kept as object) }, { locale })
      }
      const strange = await browser.post('/portal/account', { ...profile, locale: 'x' })
      assert.equal(strange.status, 422)
    })

    test('a deposit outside the limits is refused and nothing is written', async () => {
      await browser.get('/portal/credit')
      const refused = await browser.post('/portal/credit', { amount: '2.00', gateway: portal.gateway.id })
      assert.equal(refused.status, 422)
      assert.match(textOf(refused.text), /between 5\.00 EUR and 1000\.00 EUR/)
      assert.deepEqual(await means.db.all(sql`select id from payments where kind = 'deposit'`), [])
    })

    test('a deposit goes to the gateway and, once paid, into the credit', async () => {
      await browser.get('/portal/credit')
      answers.push({ outcome: 'needs_client', reference: 'cs_9', url: 'https://pay.example/cs_9' })
      const away = await browser.post('/portal/credit', { amount: '20.00', gateway: portal.gateway.id })
      assert.equal(away.headers.get('refresh'), '0; url=https://pay.example/cs_9')
      const [payment] = await means.db.all<{ id: string }>(
        sql`select id from payments where kind = 'deposit'`,
      )
      answers.push({ outcome: 'succeeded', reference: 'pi_9', amount: { minor: '2000', currency: 'EUR' } })
      assert.equal((await browser.get(`/portal/credit?payment=${payment!.id}`)).location, '/portal/credit')
      assert.match(textOf((await browser.get('/portal/credit')).text), /Your credit €20\.00/)
      assert.match(textOf((await browser.get('/portal/transactions')).text), /Added to credit Succeeded/)
      const invoice = await issue(means, draft(portal.client))
      assert.match(
        textOf((await browser.get(`/portal/invoices/${invoice.id}`)).text),
        /Account credit €11\.90/,
      )
    })

    test('a new password needs the present one', async () => {
      await browser.get('/portal/security')
      const wrong = { current_password: 'not it', password: 'copper lantern 88 drift' }
      assert.equal((await browser.post('/portal/security/password', wrong)).status, 422)
    })

    test('every page answers within twelve statements', async () => {
      const service = `/portal/services/${portal.serviceId}`
      const pages = ['/portal', '/portal/services', service, `${service}/cancel`, `${service}/upgrade`]
      const more = ['/portal/orders', '/portal/payment-methods', '/portal/credit', '/portal/transactions']
      const own = ['/portal/account', '/portal/account/people', '/portal/security', '/portal/messages']
      for (const path of [...pages, ...more, ...own, `${service}/usage`]) {
        const { status, headers } = await browser.get(path)
        const statements = Number(headers.get('x-statements'))
        assert.equal(status, 200, path)
        assert.ok(statements <= 12, `${path}: ${statements} statements`)
      }
    })
  })
}
