import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from '../../../core/db/index.ts'
import { draft, issue, makeGateway } from '../../billing/support.ts'
import { engines, makeDatabase, type TestDatabase } from '../../support/databases.ts'
import { makeUser } from '../../support/make.ts'
import { testMeans, type TestMeans } from '../../support/means.ts'
import { startWeb, type Web } from '../../support/web.ts'
import { makePortal, signedIn, textOf } from './shop.ts'

const PROFILE = {
  ...{ name: 'Ada Quay', email: 'ada@quay.example', address_1: 'Kai 9', city: 'Bremen' },
  ...{ postcode: '28195', country: 'DE' },
}

for (const engine of engines) {
  describe(`what a client meets when something fails (${engine})`, () => {
    let database: TestDatabase
    let means: TestMeans
    let web: Web
    let portal: Awaited<ReturnType<typeof makePortal>>
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db)
      portal = await makePortal(means)
      web = await startWeb(means)
    })
    after(async () => {
      await web.close()
      await database.remove()
    })

    const streetNow = async () =>
      (await means.db.get<{ address_1: string }>(
        sql`select address_1 from clients where id = ${portal.client.id}`,
      ))!.address_1

    test('a session that ended in mid-form: to the sign-in and back to the form, nothing written', async () => {
      const browser = await signedIn(web, portal.user)
      await browser.get('/portal/account')
      const before = await streetNow()
      await means.db.run(
        sql`update sessions set ended_at = ${means.clock.now()} where user_id = ${portal.user.id}`,
      )
      const referer = { Referer: `${web.address}/portal/account` }
      const sent = await browser.post('/portal/account', PROFILE, referer)
      assert.equal(sent.location, '/sign-in?next=%2Fportal%2Faccount')
      const part = await browser.post('/portal/account', PROFILE, { ...referer, 'HX-Request': 'true' })
      assert.deepEqual([part.status, part.headers.get('hx-redirect')], [401, sent.location])
      assert.equal(await streetNow(), before)
    })

    test('a form made from an older version is refused, and says that somebody was faster', async () => {
      const browser = await signedIn(web, portal.user)
      const { text } = await browser.get('/portal/account')
      const _version = /name="_version" value="(\d+)"/.exec(text)![1]!
      assert.equal((await browser.post('/portal/account', { ...PROFILE, _version })).status, 303)
      const stale = await browser.post('/portal/account', { ...PROFILE, address_1: 'Kai 1', _version })
      assert.equal(stale.status, 409)
      assert.match(textOf(stale.text), /changed/)
      assert.equal(await streetNow(), 'Kai 9')
    })

    test('a link of a mail works once; afterwards it says what it was for and how to get another', async () => {
      const user = await makeUser(means, { realm_id: portal.brand.realm_id })
      const browser = web.browser()
      await browser.get('/reset')
      await browser.post('/reset', { email: user.email })
      const mails = means.jobs.of('mail.send') as { template: string; data: { path: string } }[]
      const link = mails.findLast(({ template }) => template === 'reset-password')!.data.path
      await browser.get(link)
      await browser.post(link, { password: 'copper lantern 88 drift' })
      for (const path of [link, '/reset/nothing-of-ours']) {
        const gone = await browser.get(path)
        assert.equal(gone.status, 410, path)
        assert.match(gone.text, /<h1>/)
      }
    })

    test('too many wrong passwords: when it works again, also for the right one until then', async () => {
      const user = await makeUser(means, { realm_id: portal.brand.realm_id })
      const browser = web.browser()
      const statuses: number[] = []
      for (let tries = 0; tries < 15; tries++)
        statuses.push((await browser.signIn(user.email, `not the password ${tries}`)).status)
      assert.equal(statuses[0], 422)
      assert.equal(statuses.at(-1), 429)
      const refused = await browser.signIn(user.email, 'not the password')
      assert.match(textOf(refused.text), /again|minute|until/i)
    })

    test('a gateway that does not answer: said, and not asked a second time before it is known', async () => {
      const gateway = await makeGateway(means)
      const browser = await signedIn(web, portal.user)
      const invoice = await issue(means, draft(portal.client))
      const path = `/portal/invoices/${invoice.id}/pay`
      await browser.get(path)
      assert.equal((await browser.post(path, { gateway: gateway.id, seen: '1190' })).location, path)
      const shown = await browser.get(path)
      assert.equal(shown.status, 200)
      assert.match(textOf(shown.text), /did not answer .* Nothing is taken twice/)
      const again = await browser.post(path, { gateway: gateway.id, seen: '1190' })
      assert.equal(again.status, 409)
      const rows = await means.db.all(sql`select status from payments where invoice_id = ${invoice.id}`)
      assert.deepEqual(
        rows.map((row) => ({ ...row })),
        [{ status: 'unknown' }],
      )
    })
  })
}
