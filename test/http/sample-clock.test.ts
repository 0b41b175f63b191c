import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { engines, makeDatabase, type TestDatabase } from '../support/databases.ts'
import { makeBrand, makeStaff, makeUser, PASSWORD } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'
import { startWeb, type Web } from '../support/web.ts'

const CLOCK = '/sample/clock'

for (const engine of engines) {
  describe(`the clock of a test installation (${engine})`, () => {
    const moved: number[] = []
    let database: TestDatabase
    let means: TestMeans
    let web: Web
    let real: Web
    let brand: Awaited<ReturnType<typeof makeBrand>>
    let realm: string
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db)
      brand = await makeBrand(means)
      realm = (await makeStaff(means)).user.realm_id
      const advance = (days: number) => Promise.resolve(void moved.push(days))
      web = await startWeb(means, {
        sample: { companies: [], advance },
        options: { url: null, proxies: [], kind: 'test' },
      })
      real = await startWeb(means)
    })
    after(async () => {
      await web.close()
      await real.close()
      await database.remove()
    })

    const staff = async (at: Web, permissions?: readonly string[]) => {
      const { user } = await makeStaff(means, { realm_id: realm, ...(permissions ? { permissions } : {}) })
      const browser = at.browser()
      assert.equal((await browser.signIn(user.email, PASSWORD, '/admin/sign-in')).status, 303)
      await browser.get('/admin')
      return browser
    }
    const since = async (act: () => Promise<unknown>) => {
      const known = moved.length
      await act()
      return moved.slice(known)
    }

    test('staff move it by the form of their page', async () => {
      const browser = await staff(web)
      const desk = await browser.get('/admin/sample')
      assert.match(desk.text, /<form[^>]* action="\/sample\/clock"/)
      const advanced = await since(async () => {
        const answer = await browser.post(CLOCK, { days: '3' })
        assert.deepEqual([answer.status, answer.location], [303, '/admin/sample'])
      })
      assert.deepEqual(advanced, [3])
      assert.equal((await browser.get(CLOCK)).location, '/admin/sample')
    })

    test('days that are no whole number within the bounds are refused with the reason beside the field', async () => {
      const browser = await staff(web)
      const advanced = await since(async () => {
        for (const days of ['0', '-1', '1.5', '63', 'soon', '']) {
          const answer = await browser.post(CLOCK, { days })
          assert.equal(answer.status, 422, days)
          assert.match(answer.text, /name="days"[^>]*aria-invalid="true"/, days)
        }
      })
      assert.deepEqual(advanced, [])
    })

    test('guests and clients are sent to sign in, and staff without the permission are refused', async () => {
      const guest = web.browser()
      await guest.get('/sign-in')
      const user = await makeUser(means, { realm_id: brand.realm_id })
      const client = web.browser()
      await client.signIn(user.email, PASSWORD)
      await client.get('/portal/switch')
      const other = await staff(web, ['invoice.read'])
      const advanced = await since(async () => {
        for (const browser of [guest, client]) {
          const answer = await browser.post(CLOCK, { days: '1' })
          assert.ok(answer.status === 403 || /^\/admin\/sign-in/.test(answer.location ?? ''), answer.text)
        }
        assert.equal((await other.post(CLOCK, { days: '1' })).status, 403)
      })
      assert.deepEqual(advanced, [])
    })

    test('a post without the token of the page, or from elsewhere, is refused', async () => {
      const browser = await staff(web)
      const advanced = await since(async () => {
        assert.equal((await browser.post(CLOCK, { days: '1', _csrf: '' })).status, 403)
        const foreign = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }
        assert.equal((await browser.post(CLOCK, { days: '1' }, foreign)).status, 403)
      })
      assert.deepEqual(advanced, [])
    })

    test('a real installation has no such address, and the earlier one is gone', async () => {
      const browser = await staff(real)
      assert.equal((await browser.post(CLOCK, { days: '1' })).status, 404)
      assert.equal((await browser.get(CLOCK)).status, 404)
      assert.equal((await browser.get('/admin/sample')).status, 404)
      assert.equal((await (await staff(web)).post('/admin/sample/clock', { days: '1' })).status, 404)
    })
  })
}
