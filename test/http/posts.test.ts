import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from '../../core/db/index.ts'
import { createStatementCounter } from '../../core/http/index.ts'
import { engines, makeDatabase, type TestDatabase } from '../support/databases.ts'
import { makeBrand, makeClient, makeMembership, makeStaff, makeUser, PASSWORD } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'
import { startWeb, type Web } from '../support/web.ts'

for (const engine of engines) {
  describe(`posts and errors (${engine})`, () => {
    let database: TestDatabase
    let means: TestMeans
    let web: Web
    let brand: Awaited<ReturnType<typeof makeBrand>>
    before(async () => {
      const statements = createStatementCounter()
      database = await makeDatabase(engine, statements.meter)
      means = testMeans(database.db)
      brand = await makeBrand(means)
      web = await startWeb(means, {
        statements,
        options: { url: null, proxies: [], kind: 'real', countStatements: true },
      })
    })
    after(async () => {
      await web.close()
      await database.remove()
    })

    const signedIn = async () => {
      const user = await makeUser(means, { realm_id: brand.realm_id })
      const browser = web.browser()
      await browser.signIn(user.email, PASSWORD)
      await browser.get('/portal/switch')
      return { user, browser }
    }
    const themeOf = async (id: string) =>
      (await means.db.get<{ theme: string }>(sql`select theme from users where id = ${id}`))!.theme

    test('a post without the token, or with that of another session, is refused', async () => {
      const { user, browser } = await signedIn()
      const other = await signedIn()
      const token = /name="_csrf" value="([^"]+)"/.exec((await other.browser.get('/portal/switch')).text)![1]!
      assert.equal((await browser.post('/preferences', { theme: 'dark', _csrf: '' })).status, 403)
      assert.equal((await browser.post('/preferences', { theme: 'dark', _csrf: token })).status, 403)
      assert.equal(await themeOf(user.id), 'system')
      assert.equal(
        (await browser.post('/preferences', { theme: 'dark', back: '/portal' })).location,
        '/portal',
      )
      assert.equal(await themeOf(user.id), 'dark')
    })

    test('a post from elsewhere is refused although the token is right', async () => {
      const { user, browser } = await signedIn()
      const foreign: Record<string, string>[] = [
        { Origin: 'https://evil.example' },
        { Origin: 'null' },
        { 'Sec-Fetch-Site': 'cross-site' },
        { 'Sec-Fetch-Site': 'same-site' },
      ]
      for (const headers of foreign)
        assert.equal((await browser.post('/preferences', { theme: 'dark' }, headers)).status, 403)
      assert.equal(await themeOf(user.id), 'system')
    })

    test('a form sent twice is done once', async () => {
      const { user, browser } = await signedIn()
      const send = () => browser.post('/preferences', { theme: 'dark', back: '/x', _once: 'double-click' })
      const [first, second] = await Promise.all([send(), send()])
      assert.deepEqual([first.status, first.location], [303, '/x'])
      assert.deepEqual([second.status, second.location], [303, '/x'])
      const audits = await means.db.all(
        sql`select id from audit where subject = ${user.id} and action = 'user.change_profile'`,
      )
      assert.equal(audits.length, 1)
      assert.equal(
        (await browser.post('/preferences', { theme: 'light', back: '/y', _once: 'double-click' })).location,
        '/y',
      )
      assert.equal(await themeOf(user.id), 'light')
    })

    test('characters that no database keeps are dropped from forms and refused in addresses', async () => {
      const { user, browser } = await signedIn()
      const sent = { theme: 'da\0rk\u0007', back: '/portal' }
      assert.equal((await browser.post('/preferences', sent)).status, 303)
      assert.equal(await themeOf(user.id), 'dark')
      for (const path of ['/portal/invoices?q=%00', '/orders/%00?key=x', '/sign-in?next=%00'])
        assert.equal((await browser.get(path)).status, 400, path)
      const forged = (place: unknown) => Buffer.from(JSON.stringify(place)).toString('base64url')
      await makeMembership(means, {
        ...{ client_id: (await makeClient(means, { brand_id: brand.id })).id, user_id: user.id },
      })
      for (const place of [
        ['\0', 'inv_x'],
        ['2026-01-01', 'inv_\0'],
        [{ n: '9'.repeat(40) }, 'inv_x'],
      ]) {
        const list = await browser.get(`/portal/invoices?show=all&after=${forged(place)}`)
        assert.equal(list.status, 200, JSON.stringify(place))
      }
    })

    test('unknown pages, foreign records and refusals have the shape that was asked for', async () => {
      const { browser } = await signedIn()
      const page = await browser.get('/no-such-page')
      assert.equal(page.status, 404)
      assert.match(page.text, /<h1>This page does not exist<\/h1>/)
      const foreign = await makeClient(means, { brand_id: brand.id })
      const refused = await browser.post(`/portal/switch/${foreign.id}`)
      const unknown = await browser.post(`/portal/switch/${means.newId('cli')}`)
      assert.deepEqual([refused.status, unknown.status], [404, 404])
      const strip = (text: string) => text.replaceAll(/(value|href|action|content)="[^"]*"/g, '')
      assert.equal(strip(refused.text), strip(unknown.text))
      const noted = async () =>
        means.db.all(
          sql`select subject from audit where action = 'access.refused' and subject = ${foreign.id}`,
        )
      for (let tries = 0; tries < 50 && (await noted()).length === 0; tries++)
        await new Promise((r) => setTimeout(r, 20))
      assert.equal((await noted()).length, 1)

      const htmx = { 'HX-Request': 'true', 'HX-Request-Type': 'partial', 'HX-Target': 'div#x' }
      const toast = await browser.get('/portal/nothing', htmx)
      assert.equal(toast.status, 404)
      assert.equal(toast.headers.get('hx-retarget'), '#toasts')
      assert.match(toast.text, /^\s*<div class="b-toast/)
      const guest = await web.browser().get('/portal/nothing', htmx)
      assert.equal(guest.status, 401)
      assert.match(guest.headers.get('hx-redirect')!, /^\/sign-in\?next=/)
    })

    test('a step-up leads to the confirmation and back', async () => {
      const staff = await makeStaff(means)
      const browser = web.browser()
      await browser.signIn(staff.user.email, PASSWORD, '/admin/sign-in')
      const shown = await browser.get('/admin/confirm?next=/admin/x')
      assert.equal(shown.status, 200)
      assert.equal(
        (await browser.post('/admin/confirm', { password: 'wrong', next: '/admin/x' })).status,
        422,
      )
      assert.equal(
        (await browser.post('/admin/confirm', { password: PASSWORD, next: '/admin/x' })).location,
        '/admin/x',
      )
    })

    test('a user of several clients chooses one, and acts for that one alone', async () => {
      const { user, browser } = await signedIn()
      const [first, second] = [
        await makeClient(means, { brand_id: brand.id }),
        await makeClient(means, { brand_id: brand.id }),
      ]
      for (const { id } of [first, second]) await makeMembership(means, { client_id: id, user_id: user.id })
      assert.match((await browser.get('/portal')).location!, /^\/portal\/switch\?next=/)
      assert.match((await browser.get('/portal/switch')).text, new RegExp(`/portal/switch/${second.id}`))
      assert.equal(
        (await browser.post(`/portal/switch/${second.id}`, { next: '/portal' })).location,
        '/portal',
      )
      assert.equal((await browser.get('/portal/nothing')).status, 404)
    })

    test('every page has the strict policy, and forms too large or of another kind are refused', async () => {
      const { browser } = await signedIn()
      const page = await browser.get('/portal/switch')
      assert.match(
        page.headers.get('content-security-policy')!,
        /^default-src 'self'; script-src 'self'; style-src 'self';/,
      )
      assert.equal(page.headers.get('cache-control'), 'no-store')
      assert.match(page.headers.get('x-statements')!, /^[1-4]$/)
      assert.equal((await browser.post('/preferences', { back: 'x'.repeat(300_000) })).status, 413)
      assert.equal(
        (await browser.post('/preferences', {}, { 'Content-Type': 'application/json' })).status,
        415,
      )
    })

    test('health and files of the theme need no database', async () => {
      const browser = web.browser()
      assert.deepEqual(JSON.parse((await browser.get('/healthz')).text), { status: 'up' })
      assert.deepEqual(JSON.parse((await browser.get('/readyz')).text), {
        ready: true,
        checks: { database: 'ok' },
      })
      const address = /href="(\/assets\/theme\.[^"]+)"/.exec((await browser.get('/sign-in')).text)![1]!
      const sheet = await browser.get(address)
      assert.equal(sheet.headers.get('cache-control'), 'public, max-age=31536000, immutable')
    })
  })

  test(`with the database gone a page says so, with a reference (${engine})`, async () => {
    const database = await makeDatabase(engine)
    const means = testMeans(database.db)
    await makeBrand(means)
    const web = await startWeb(means)
    const browser = web.browser()
    browser.cookies.set('berth_client', 'some-session')
    await database.remove()
    const page = await browser.get('/sign-in')
    assert.ok([500, 503].includes(page.status))
    assert.match(page.text, /<h1>/)
    if (page.status === 500) assert.match(page.text, /req_[0-9a-z]{26}/)
    assert.equal((await browser.get('/healthz')).status, 200)
    await web.close()
  })
}
