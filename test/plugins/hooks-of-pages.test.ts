import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { makeBrand, makeClient, makeMembership, makeStaff, makeUser, PASSWORD } from '../support/make.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { testMeans } from '../support/means.ts'
import { startWeb } from '../support/web.ts'
import { openHookHouse } from './support/hook-house.ts'
import { loadWritten } from './support/setup.ts'

const plugin = await loadWritten('menu', {
  code: `export default { shape: () => ({
    'page.navigation:shape': async ({ area, locale }) => area === 'admin'
      ? { hide: ['/admin/plugins'], add: [{ label: 'Wiki', href: 'https://wiki.example/' + locale }] }
      : { hide: ['/portal/orders'], add: [{ label: 'Status <b>', href: '/status' }] },
  }) }`,
  manifest: { kinds: {}, hooks: ['page.navigation:shape'] },
})

for (const engine of engines) {
  describe(`plugins in pages on ${engine}`, async () => {
    const { db, remove } = await makeDatabase(engine)
    const { hooks, close } = await openHookHouse(db, [plugin])
    const means = { ...testMeans(db), hooks }
    const brand = await makeBrand(means)
    const user = await makeUser(means, { realm_id: brand.realm_id })
    const client = await makeClient(means, { brand_id: brand.id })
    await makeMembership(means, { client_id: client.id, user_id: user.id })
    const staff = await makeStaff(means)
    const web = await startWeb(means)
    after(async () => {
      await web.close()
      close()
      await remove()
    })
    /** The plugin may be cold at the first page, which does not wait for it. */
    const warm = async (path: string, email: string, signIn: string) => {
      const browser = web.browser()
      await browser.signIn(email, PASSWORD, signIn)
      let text = ''
      for (let tries = 0; tries < 40 && !/Status|Wiki/.test(text); tries++) {
        text = (await browser.get(path)).text
        await new Promise((done) => setTimeout(done, 100))
      }
      return text
    }

    test('a plugin adds to the navigation of clients and leaves entries out; what it says is text', async () => {
      const text = await warm('/portal', user.email, '/sign-in')
      assert.match(text, /href="\/status"[^]*?Status &lt;b&gt;/)
      assert.doesNotMatch(text, /href="\/portal\/orders"/)
      assert.match(text, /href="\/portal\/services"/)
    })

    test('staff keep all of their entries', async () => {
      const text = await warm('/admin', staff.user.email, '/admin/sign-in')
      assert.match(text, /https:\/\/wiki\.example\/en/)
      assert.match(text, /href="\/admin\/plugins"/)
    })
  })
}
