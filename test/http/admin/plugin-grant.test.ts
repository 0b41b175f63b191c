import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sql } from '../../../core/db/index.ts'
import type { PluginsHealth } from '../../../core/plugins/index.ts'
import { adminPorts } from '../../support/admin-ports.ts'
import { engines } from '../../support/databases.ts'
import { minimalManifest } from '../../plugins/support/setup.ts'
import { assertStatus, openAdmin, type AdminWorld } from './support.ts'

const PAGE = '/admin/plugins/carried/grant'
const HOST = { host: 'api.carried.example' }

const WELL: PluginsHealth = {
  ...{ hosts: [], losses: [], suspects: [], tripped: [], figures: [], outside: [], outbound: {} },
  ...{ wallOff: false, wallMissing: [] },
}

const manifestOf = (permissions: object, more: object = {}) => ({
  ...minimalManifest('carried'),
  ...{ name: 'Carried', kinds: { gateway: ['start_payment'] }, permissions },
  ...more,
})

for (const engine of engines)
  describe(`what a plugin asks for that comes with Berth (${engine})`, () => {
    let world: AdminWorld
    before(async () => {
      world = await openAdmin(engine, (means) => ({
        admin: adminPorts(means, { pluginHealth: () => Promise.resolve(WELL) }),
      }))
      const at = world.means.clock.now()
      const facts = { version: '1.0.0', bundle_sha256: '0', granted: '{}', status: 'enabled' }
      const stamps = { installed_at: at, updated_at: at }
      await world.means.db.insert('plugins', [{ id: 'carried', manifest: '{}', ...facts, ...stamps }])
    })
    after(() => world.close())

    const enter = (granted: object, asks: object | null) =>
      world.means.db.run(sql`
        update plugins set manifest = ${JSON.stringify(granted)},
          asks = ${asks === null ? null : JSON.stringify(asks)} where id = 'carried'`)
    const main = async (path: string) => {
      const { text } = await world.staff.get(path)
      return text.slice(text.indexOf('<main')).replace(/\s+/g, ' ')
    }
    const read = (page: string) =>
      (/name="read" value="([^"]*)"/.exec(page)?.[1] ?? '').replaceAll('&quot;', '"').replaceAll('&#34;', '"')
    const asks = async () =>
      (await world.means.db.get<{ asks: string | null }>(sql`select asks from plugins where id = 'carried'`))!
        .asks

    it('is read before the first set-up, and then leads to it', async () => {
      await enter(manifestOf({}, { kinds: {} }), manifestOf({ network: [HOST] }))
      assert.match(await main('/admin/plugins'), /Carried.*waits for a grant/)
      assert.match(await main('/admin/plugins/carried'), /may do nothing yet.*Read what it asks for/)
      const form = await main('/admin/plugins/carried/new')
      assert.match(form, /may do nothing yet.*href="\/admin\/plugins\/carried\/grant"/)
      assert.doesNotMatch(form, /instance-form/)
      const health = await main('/admin/plugins/health')
      assert.doesNotMatch(health, /Carried/, 'what nobody uses calls for nobody')
      assert.doesNotMatch(await main('/admin'), /Plugins that ask for more/)

      const page = await main(PAGE)
      assert.match(page, /may do nothing yet.*Send requests to api\.carried\.example/)
      const unticked = await world.staff.post(PAGE, { read: read(page) })
      assertStatus(unticked, 409)
      assert.notEqual(await asks(), null)
      const done = await world.staff.post(PAGE, { grant: 'on', read: read(page) })
      assertStatus(done, 303)
      assert.equal(done.location, '/admin/plugins/carried/new')
      assert.equal(await asks(), null)
      assert.match(await main('/admin/plugins/carried/new'), /instance-form/)
      assert.match(await main(PAGE), /Nothing waits/)
    })

    it('calls for whoever uses it when an update asks for more, with the difference shown', async () => {
      const at = world.means.clock.now()
      const row = { id: 'plg_carried', plugin_id: 'carried', name: 'C', settings: '{}', status: 'active' }
      await world.means.db.insert('plugin_instances', [{ ...row, created_at: at, updated_at: at }])
      const more = manifestOf({ network: [HOST, { host: 'new.carried.example' }] })
      await enter(manifestOf({ network: [HOST] }), more)
      const says = /asks for one thing that it was not granted\. It runs with what it has/
      for (const path of ['/admin/plugins/carried', '/admin/plugins/health'])
        assert.match(await main(path), says)
      assert.match(await main('/admin/plugins/health'), /Degraded/)
      assert.match(await main('/admin'), /Plugins that ask for more/)
      const page = await main(PAGE)
      assert.match(page, /came with an update.*new\.carried\.example.*?new.*api\.carried\.example/)

      const shown = read(page)
      await enter(manifestOf({ network: [HOST] }), manifestOf({ network: [HOST, { host: 'newer.example' }] }))
      const outdated = await world.staff.post(PAGE, { grant: 'on', read: shown })
      assertStatus(outdated, 409)
      assert.match(outdated.text, /newer\.example/, 'another update came while somebody read')
      assert.notEqual(await asks(), null)
      const done = await world.staff.post(PAGE, { grant: 'on', read: read(await main(PAGE)) })
      assert.equal(done.location, '/admin/plugins/carried')
      assert.equal(await asks(), null)
      assert.doesNotMatch(await main('/admin'), /Plugins that ask for more/)
    })
  })
