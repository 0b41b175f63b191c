import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from '../../core/db/index.ts'
import { engines, makeDatabase, type TestDatabase } from '../support/databases.ts'
import { makeBrand, makeStaff, makeUser, PASSWORD } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'
import { startWeb, type Web } from '../support/web.ts'

for (const engine of engines) {
  describe(`getting in (${engine})`, () => {
    let database: TestDatabase
    let means: TestMeans
    let web: Web
    let realm: string
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db)
      realm = (await makeBrand(means)).realm_id
      web = await startWeb(means)
    })
    after(async () => {
      await web.close()
      await database.remove()
    })

    const mailed = (template: string): string => {
      const mails = means.jobs.of('mail.send') as { template: string; data: { path: string } }[]
      return mails.findLast((mail) => mail.template === template)!.data.path
    }

    test('sign up, confirm the address, sign in, reset the password', async () => {
      const browser = web.browser()
      await browser.get('/sign-up')
      const person = { email: 'mara@lind.example', name: 'Mara Lind', password: PASSWORD, country: 'DE' }
      const sent = await browser.post('/sign-up', person)
      assert.equal(sent.status, 200)
      assert.match(sent.text, /mara@lind\.example/)

      const link = mailed('verify-email')
      assert.equal((await browser.get(link)).status, 200)
      assert.equal((await browser.post(link)).location, '/sign-in')
      assert.match((await browser.get('/sign-in')).text, /mara@lind\.example is confirmed/)
      assert.equal((await browser.post(link)).status, 410)

      const signedIn = await browser.signIn(person.email, PASSWORD)
      assert.equal(signedIn.status, 303)
      assert.equal(signedIn.location, '/portal')

      await browser.get('/reset')
      assert.equal((await browser.post('/reset', { email: person.email })).status, 200)
      const reset = mailed('reset-password')
      await browser.get(reset)
      const weak = await browser.post(reset, { password: 'short' })
      assert.equal(weak.status, 422)
      assert.match(weak.text, /Needs at least 10 characters/)
      assert.equal((await browser.post(reset, { password: 'copper lantern 88 drift' })).location, '/sign-in')
      assert.equal((await browser.signIn(person.email, PASSWORD)).status, 422)
      assert.equal((await browser.signIn(person.email, 'copper lantern 88 drift')).location, '/portal')
    })

    test('an unknown address and a wrong password get one answer, with the address kept', async () => {
      const user = await makeUser(means, { realm_id: realm })
      const browser = web.browser()
      const wrong = await browser.signIn(user.email, 'not the password')
      const unknown = await browser.signIn('nobody@nowhere.example', 'not the password')
      assert.equal(wrong.status, 422)
      assert.equal(unknown.status, 422)
      assert.match(wrong.text, new RegExp(`value="${user.email}"`))
      assert.match(wrong.text, /do not fit together/)
      assert.match(unknown.text, /do not fit together/)
    })

    test('a session known before signing in is worth nothing after', async () => {
      const user = await makeUser(means, { realm_id: realm })
      const browser = web.browser()
      browser.cookies.set('berth_client', 'planted-by-somebody-else')
      const before = (await browser.get('/sign-in'), browser.cookies.get('berth_guest'))
      await browser.post('/sign-in', { email: user.email, password: PASSWORD })
      const token = browser.cookies.get('berth_client')
      assert.notEqual(token, 'planted-by-somebody-else')
      assert.notEqual(token, before)

      await browser.signIn(user.email, PASSWORD)
      const stolen = web.browser()
      stolen.cookies.set('berth_client', token!)
      await browser.get('/portal/switch')
      await browser.post('/sign-out')
      stolen.cookies.set('berth_client', token!)
      assert.match((await stolen.get('/portal/switch')).location!, /^\/sign-in\?next=/)
    })

    test('where one comes back to stays with us', async () => {
      const user = await makeUser(means, { realm_id: realm })
      for (const [next, expected] of [
        ['/portal/switch?x=1', '/portal/switch?x=1'],
        ['//evil.example', '/portal'],
        ['/\\evil.example', '/portal'],
        ['https://evil.example', '/portal'],
      ]) {
        const browser = web.browser()
        await browser.get('/sign-in')
        const { location } = await browser.post('/sign-in', {
          email: user.email,
          password: PASSWORD,
          next: next!,
        })
        assert.equal(location, expected)
      }
    })

    test('staff sign in at their own door, and clients do not get through it', async () => {
      const staff = await makeStaff(means)
      const user = await makeUser(means, { realm_id: realm })
      const client = web.browser()
      await client.signIn(user.email, PASSWORD)
      assert.match(
        (await client.get('/admin/clients')).location!,
        /^\/admin\/sign-in\?next=%2Fadmin%2Fclients$/,
      )
      assert.equal((await client.signIn(user.email, PASSWORD, '/admin/sign-in')).status, 422)

      const member = web.browser()
      assert.equal((await member.signIn(staff.user.email, PASSWORD)).status, 422)
      const inside = await member.signIn(staff.user.email, PASSWORD, '/admin/sign-in')
      assert.equal(inside.location, '/admin')
      assert.equal((await member.get('/admin/nothing-here')).status, 404)
      assert.match((await member.get('/portal')).location!, /^\/sign-in/)
    })

    test('signing out ends the session in the database', async () => {
      const user = await makeUser(means, { realm_id: realm })
      const browser = web.browser()
      await browser.signIn(user.email, PASSWORD)
      await browser.get('/portal/switch')
      assert.equal((await browser.post('/sign-out')).location, '/sign-in')
      assert.equal(browser.cookies.has('berth_client'), false)
      const open = await means.db.all(
        sql`select id from sessions where user_id = ${user.id} and ended_at is null`,
      )
      assert.deepEqual(open, [])
    })
  })
}
