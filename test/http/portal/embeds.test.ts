import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { listMethods } from '../../../core/billing/index.ts'
import { sql } from '../../../core/db/index.ts'
import type { BrowserPart } from '../../../core/plugins/index.ts'
import { draft, issue, makeGateway, scriptedGateway } from '../../billing/support.ts'
import { engines, makeDatabase, type TestDatabase } from '../../support/databases.ts'
import { makeMembership, makeUser } from '../../support/make.ts'
import { testMeans, type TestMeans } from '../../support/means.ts'
import { startWeb, type Web, type WebBrowser } from '../../support/web.ts'
import { makePortal, signedIn, textOf } from './shop.ts'

const code = 'parent.postMessage({ height: 90 }, document.body.dataset.parent)'
const hash = createHash('sha256').update(code).digest('hex')
const part: BrowserPart = {
  ...{ name: 'Cards & "more"', code, hash, scripts: ['https://js.example.com/v1.js'] },
  origins: {
    ...{ script: ['https://js.example.com'], frame: ['https://f.example.com'] },
    ...{ connect: [], image: ['https://i.example.com', 'https://j.example.com'] },
  },
}
const DATA = '"><script>alert(1)</script>'
const policyOf = (reply: { headers: Headers }) => reply.headers.get('content-security-policy')!
const HTMX = { 'HX-Request': 'true', 'HX-Request-Type': 'full' }
const operations = ['start_payment', 'confirm_payment', 'look_up', 'start_setup', 'confirm_setup']

for (const engine of engines) {
  describe(`fields of a gateway in the portal (${engine})`, () => {
    let database: TestDatabase
    let means: TestMeans
    let web: Web
    let portal: Awaited<ReturnType<typeof makePortal>>
    let browser: WebBrowser
    let gateway: { id: string; plugin_id: string }
    let other: { id: string }
    let found: BrowserPart | null = part
    const answers: object[] = []
    const plugins = scriptedGateway(answers as never)
    const last = () => plugins.asked.at(-1)!
    const embed = { data: DATA, height: 90 }
    const answer = (more: object = {}) =>
      answers.push({ outcome: 'needs_client', reference: `pi_${answers.length}`, embed, ...more })
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db)
      portal = await makePortal(means)
      gateway = await makeGateway(means, operations)
      const permissions = { browser: { file: 'browser/fields.js' } }
      const manifest = JSON.stringify({ name: 'Fields', kinds: { gateway: operations }, permissions })
      await means.db.run(sql`update plugins set manifest = ${manifest} where id = ${gateway.plugin_id}`)
      other = await makeGateway(means)
      web = await startWeb(means, { plugins: { ...plugins, browserPart: () => Promise.resolve(found) } })
      browser = await signedIn(web, portal.user)
    })
    after(async () => {
      await web.close()
      await database.remove()
    })

    /** An invoice whose payment waits for the fields, and its page. */
    async function waiting(more: object = {}) {
      const invoice = await issue(means, draft(portal.client))
      const path = `/portal/invoices/${invoice.id}/pay`
      const before = await browser.get(path)
      answer(more)
      const started = await browser.post(path, { gateway: gateway.id })
      return { invoice, path, before, started, page: await browser.get(path) }
    }
    const frameIn = (text: string) => /<iframe src="([^"]+)"/.exec(text)?.[1] ?? ''
    const paymentIn = (text: string) => /name="payment" value="([^"]+)"/.exec(text)![1]!

    test('only the page that holds a frame lets one in, and that only from us', async () => {
      const { path, before, started, page } = await waiting()
      assert.match(policyOf(before), /frame-src 'none'/)
      assert.equal(started.location, path)
      assert.equal(last().input['can_embed'], true)
      assert.match(policyOf(page), /frame-src 'self';/)
      assert.match(policyOf(page), /script-src 'self';/)
      assert.match(page.text, /<iframe [^>]*sandbox="allow-scripts allow-forms"[^>]*data-embed>/)
      assert.doesNotMatch(page.text, /hx-trigger="inv_/)
      assert.match(page.text, new RegExp(`name="gateway" value="${other.id}"`))
      assert.doesNotMatch(page.text, new RegExp(`name="gateway" value="${gateway.id}"`))
    })

    test('what htmx would swap in is loaded whole, because the page before lets no frame in', async () => {
      const { path } = await waiting()
      const boosted = await browser.get(path, HTMX)
      assert.deepEqual([boosted.headers.get('hx-redirect'), boosted.text], [path, ''])
      const polled = await browser.get(path, { ...HTMX, 'HX-Request-Type': 'partial', 'HX-Target': 'div#x' })
      assert.deepEqual([polled.headers.get('hx-redirect'), polled.text], [path, ''])
      const plain = await browser.get('/portal/invoices', HTMX)
      assert.equal(plain.headers.get('hx-redirect'), null)
      assert.match(plain.text, /<h1/)
    })

    test('the frame is a document without an origin that names the declared hosts alone', async () => {
      const { page } = await waiting()
      const address = frameIn(page.text)
      const frame = await fetch(web.address + address)
      const file = `${web.address}/frames/${gateway.id}/${hash}.js`
      assert.deepEqual(policyOf(frame).split('; '), [
        'sandbox allow-scripts allow-forms',
        "default-src 'none'",
        `script-src ${file} https://js.example.com`,
        'frame-src https://f.example.com',
        "connect-src 'none'",
        'img-src https://i.example.com https://j.example.com',
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
      ])
      assert.deepEqual(
        ['x-frame-options', 'referrer-policy', 'cache-control', 'set-cookie'].map((name) =>
          frame.headers.get(name),
        ),
        ['SAMEORIGIN', 'no-referrer', 'no-store', null],
      )
      const text = await frame.text()
      assert.ok(text.includes('data-data="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"'), text)
      assert.ok(text.includes(`data-parent="${web.address}"`))
      assert.deepEqual(
        [...text.matchAll(/<script src="([^"]+)">/g)].map(([, src]) => src),
        ['https://js.example.com/v1.js', file],
      )
      const script = await fetch(file)
      assert.equal(await script.text(), code)
      assert.equal(script.headers.get('cross-origin-resource-policy'), 'cross-origin')
      assert.equal((await fetch(file.replace(hash, 'b'.repeat(64)))).status, 404)
      assert.equal((await fetch(web.address + address, { method: 'POST' })).status >= 400, true)
      found = null
      assert.equal((await fetch(web.address + address)).status, 404)
      assert.equal((await fetch(file)).status, 404)
      found = part
    })

    test('the token that comes with the form pays, and a form without one is refused', async () => {
      const { invoice, path, page } = await waiting()
      const payment = paymentIn(page.text)
      const empty = await browser.post(path, { payment, token: '' })
      assert.equal(empty.status, 422)
      assert.match(empty.text, /<iframe/)
      const { reference } = answers.at(-1) as { reference: string }
      const amount = { minor: '1190', currency: 'EUR' }
      answers.push({ outcome: 'succeeded', reference, amount })
      const sent = await browser.post(path, { payment, token: 'tok_1' })
      assert.deepEqual([sent.status, sent.location], [303, path])
      assert.deepEqual([last().operation, last().input['token']], ['confirm_payment', 'tok_1'])
      const row = await means.db.get<{ status: string }>(
        sql`select status from invoices where id = ${invoice.id}`,
      )
      assert.equal(row!.status, 'paid')
    })

    test('a bank that wants to see its customer is gone to, and another client cannot send the token', async () => {
      const { path, page } = await waiting()
      const payment = paymentIn(page.text)
      const user = await makeUser(means, { realm_id: portal.brand.realm_id })
      await makeMembership(means, { client_id: portal.foreign.id, user_id: user.id })
      const stranger = await signedIn(web, user)
      await stranger.get('/portal')
      const asked = plugins.asked.length
      assert.equal((await stranger.post(path, { payment, token: 'tok_1' })).status, 404)
      const own = await issue(means, draft(portal.foreign))
      const through = await stranger.post(`/portal/invoices/${own.id}/pay`, { payment, token: 'tok_1' })
      assert.equal(through.status, 404)
      assert.equal(plugins.asked.length, asked)
      answer({ embed: undefined, url: 'https://bank.example/confirm' })
      const sent = await browser.post(path, { payment, token: 'tok_1' })
      assert.equal(sent.headers.get('refresh'), '0; url=https://bank.example/confirm')
    })

    test('without scripts the page names the provider, and its page where it has one', async () => {
      const { page } = await waiting({ url: 'https://pay.example/p' })
      assert.match(page.text, /b-no-script[^]*href="https:\/\/pay\.example\/p"/)
      assert.match(textOf((await waiting()).page.text), /Cards needs scripts in your browser/)
    })

    test('a method is saved in the fields; the address of that is for its client and for an hour', async () => {
      answer()
      await browser.get('/portal/payment-methods')
      const begun = await browser.post('/portal/payment-methods', { gateway: gateway.id })
      assert.match(begun.location!, /^\/portal\/payment-methods\?setup=[\w-]+$/)
      const page = await browser.get(begun.location!)
      assert.match(policyOf(page), /frame-src 'self';/)
      assert.equal((await fetch(web.address + frameIn(page.text))).status, 200)
      const setup = begun.location!.split('=')[1]!
      const user = await makeUser(means, { realm_id: portal.brand.realm_id })
      await makeMembership(means, { client_id: portal.foreign.id, user_id: user.id })
      const stranger = await signedIn(web, user)
      assert.equal(frameIn((await stranger.get(begun.location!)).text), '')
      const send = (by: WebBrowser) => by.post('/portal/payment-methods', { setup, token: 'tok_1' })
      assert.equal((await send(stranger)).status, 404)
      const method = { reference: 'card_1', kind: 'card', label: 'Card 4242' }
      answers.push({ outcome: 'saved', method }, { outcome: 'declined', message: 'No such card.' })
      await browser.get(begun.location!)
      assert.equal((await send(browser)).location, '/portal/payment-methods')
      assert.match((await browser.get('/portal/payment-methods')).text, /The payment method is saved/)
      assert.deepEqual(
        (await listMethods(means.db, portal.client.id)).map(({ reference }) => reference),
        ['card_1'],
      )
      await send(browser)
      assert.match((await browser.get('/portal/payment-methods')).text, /No such card/)
      means.clock.advance(60 * 60_000 + 1)
      assert.equal(frameIn((await browser.get(begun.location!)).text), '')
    })
  })
}
