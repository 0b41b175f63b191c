import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { openPostgres, openSqlite, sql, type Db, type Sql } from '../../core/db/index.ts'
import { engines, makeDatabase, type TestDatabase } from '../support/databases.ts'
import {
  makeBrand,
  makeClient,
  makeMembership,
  makeRole,
  makeStaff,
  makeUser,
  PASSWORD,
} from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'
import { startWeb, type Web, type WebBrowser } from '../support/web.ts'

for (const engine of engines)
  describe(`pages after a change of another process (${engine})`, () => {
    let database: TestDatabase
    let means: TestMeans
    let elsewhere: Db
    let web: Web
    let brand: Awaited<ReturnType<typeof makeBrand>>
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db)
      const { url } = database
      elsewhere =
        engine === 'sqlite' ? openSqlite({ file: url.slice('sqlite:'.length) }) : openPostgres({ url })
      brand = await makeBrand(means)
      web = await startWeb(means)
    })
    after(async () => {
      await web.close()
      await elsewhere.close()
      await database.remove()
    })

    /** A browser of somebody who acts for a client of their own, and what other processes change about them. */
    async function member(name: string, locale = 'en') {
      const client = await makeClient(means, { brand_id: brand.id, name })
      const user = await makeUser(means, { realm_id: brand.realm_id, name })
      const membership = await makeMembership(means, { client_id: client.id, user_id: user.id })
      const browser = await signedIn(user.email, '/sign-in')
      await elsewhere.run(sql`update users set locale = ${locale} where id = ${user.id}`)
      return { browser, user, client, membership }
    }

    async function signedIn(email: string, path: string): Promise<WebBrowser> {
      const browser = web.browser()
      assert.equal((await browser.signIn(email, PASSWORD, path)).status, 303)
      return browser
    }

    const home = async (browser: WebBrowser) => (await browser.get('/portal')).text

    /** Asked twice, so that what was kept is what is asked for; then again after the change. */
    async function seen<T>(look: () => Promise<T>, change: Sql): Promise<[before: T, after: T]> {
      const first = await look()
      assert.deepEqual(await look(), first)
      await elsewhere.run(change)
      return [first, await look()]
    }

    it('show each reader their own name in their own language, in turns', async () => {
      const [ada, bruno] = [await member('Ada Quay'), await member('Bruno Mole', 'de')]
      for (let turn = 0; turn < 3; turn++) {
        const [hers, his] = [await home(ada.browser), await home(bruno.browser)]
        assert.match(hers, /<html lang="en"/)
        assert.match(hers, /Ada/)
        assert.doesNotMatch(hers, /Bruno/)
        assert.match(his, /<html lang="de"/)
        assert.match(his, /Bruno/)
        assert.doesNotMatch(his, /Ada/)
      }
    })

    it('are HTML to a browser, whole or in part, compressed or not, and a refusal as well', async () => {
      const { browser } = await member('Ina Quay')
      const kind = async (path: string, headers = {}) => {
        const reply = await browser.get(path, headers)
        return [reply.status, reply.headers.get('Content-Type')]
      }
      const html = 'text/html; charset=utf-8'
      assert.deepEqual(await kind('/portal'), [200, html])
      assert.deepEqual(await kind('/portal', { 'Accept-Encoding': 'identity' }), [200, html])
      assert.deepEqual(await kind('/portal/nowhere'), [404, html])
      const part = { 'HX-Request': 'true', 'HX-Request-Type': 'partial', 'HX-Target': 'invoices' }
      assert.deepEqual(await kind('/portal/invoices', part), [200, html])
    })

    it('show a new name and a new language at once', async () => {
      const { browser, user } = await member('Cora Pier')
      const title = async () => /<html lang="\w+"|Cora|Dora/g.exec(await home(browser))?.[0]
      assert.deepEqual(await seen(title, sql`update users set locale = 'de' where id = ${user.id}`), [
        '<html lang="en"',
        '<html lang="de"',
      ])
      const shown = async () => /<h1[^>]*>[^<]*(Cora|Dora)/.exec(await home(browser))?.[1]
      const renamed = sql`update users set name = 'Dora Pier' where id = ${user.id}`
      assert.deepEqual(await seen(shown, renamed), ['Cora', 'Dora'])
    })

    it('close at once to a session that was ended, and to a disabled user', async () => {
      const status = (browser: WebBrowser) => async () => (await browser.get('/portal/invoices')).status
      const one = await member('Emil Dock')
      const ended = sql`update sessions set ended_at = ${means.clock.now()} where user_id = ${one.user.id}`
      assert.deepEqual(await seen(status(one.browser), ended), [200, 303])
      const other = await member('Finn Dock')
      const disabled = sql`update users set status = 'disabled' where id = ${other.user.id}`
      assert.deepEqual(await seen(status(other.browser), disabled), [200, 303])
    })

    it('offer no longer what a member has lost the right to', async () => {
      const { browser, membership } = await member('Gesa Lock')
      const offered = async () => (await home(browser)).includes('href="/portal/invoices"')
      const taken = sql`update memberships set rights = '["service.read"]' where id = ${membership.id}`
      assert.deepEqual(await seen(offered, taken), [true, false])
    })

    it('close at the moment when a membership or a session ends, though nothing is written then', async () => {
      const { browser, membership } = await member('Hugo Weir')
      const offered = async () => (await home(browser)).includes('href="/portal/invoices"')
      const ending = sql`update memberships set ends_at = '2026-01-16T00:00:00.000Z' where id = ${membership.id}`
      assert.deepEqual(await seen(offered, ending), [true, true])
      means.business.advance(1)
      assert.equal(await offered(), false)
      const status = async () => (await browser.get('/portal')).status
      assert.equal(await status(), 200)
      means.clock.advance(400 * 86_400_000)
      assert.equal(await status(), 303)
    })

    it('close to staff whose role was cut', async () => {
      const role = await makeRole(means, ['board.read', 'invoice.list'])
      const { user } = await makeStaff(means, { role_id: role.id })
      const browser = await signedIn(user.email, '/admin/sign-in')
      const status = async () => (await browser.get('/admin/invoices')).status
      const cut = sql`update roles set permissions = '["board.read"]' where id = ${role.id}`
      assert.deepEqual(await seen(status, cut), [200, 403])
    })
  })
