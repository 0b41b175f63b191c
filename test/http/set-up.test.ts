import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { silentLog } from '../../core/log/index.ts'
import { firstRun } from '../../core/identity/index.ts'
import { engines, makeDatabase, type TestDatabase } from '../support/databases.ts'
import { PASSWORD } from '../support/make.ts'
import { testMeans, type TestMeans } from '../support/means.ts'
import { startWeb, type Web } from '../support/web.ts'

for (const engine of engines) {
  describe(`set-up (${engine})`, () => {
    let database: TestDatabase
    let means: TestMeans
    let web: Web
    before(async () => {
      database = await makeDatabase(engine)
      means = testMeans(database.db)
      web = await startWeb(means)
    })
    after(async () => {
      await web.close()
      await database.remove()
    })

    test('visitors before it are logged once, as no trouble', async () => {
      const lines: string[] = []
      const line = (level: string) => (_facts: unknown, text: string) => void lines.push(`${level}: ${text}`)
      const log = { ...silentLog, info: line('info'), warn: line('warn'), error: line('error') }
      const early = await startWeb({ ...means, log: { ...log, child: () => log } })
      for (const path of ['/', '/sign-up', '/portal']) await early.browser().get(path)
      await early.close()
      assert.deepEqual(
        lines.filter((text) => !/GET|request/.test(text)),
        ['info: visitors find no shop yet: it was not set up'],
      )
    })

    test('opens with the printed token, once, and the owner signs in', async () => {
      const printed = await firstRun(means, 'real')
      const fields = {
        ...{ name: 'Ada Quay', email: 'ada@kontor.example', password: PASSWORD },
        ...{ company: 'Kontor GmbH', street: 'Kai 7', postcode: '28195', city: 'Bremen', country: 'DE' },
        ...{ brand: 'Kontor', currency: 'EUR', zone: 'Europe/Berlin' },
      }
      const browser = web.browser()
      assert.equal((await browser.get('/sign-up')).status, 503)
      assert.equal((await browser.get('/admin/setup')).status, 200)
      const wrong = await browser.post('/admin/setup', { ...fields, token: 'guessed' })
      assert.equal(wrong.status, 403)
      assert.match(wrong.text, /value="Kontor GmbH"/)
      const weak = await browser.post('/admin/setup', { ...fields, token: printed!.token, password: 'short' })
      assert.equal(weak.status, 422)
      assert.match(weak.text, /Needs at least 10 characters/)
      const done = await browser.post('/admin/setup', { ...fields, token: printed!.token })
      assert.deepEqual([done.status, done.location], [303, '/admin/sign-in'])
      assert.equal((await browser.get('/admin/setup')).status, 404)
      assert.equal((await browser.post('/admin/setup', { ...fields, token: printed!.token })).status, 404)
      assert.equal((await browser.signIn(fields.email, PASSWORD, '/admin/sign-in')).location, '/admin')
      assert.match((await browser.get('/sign-up')).text, /Kontor/)
    })
  })
}
