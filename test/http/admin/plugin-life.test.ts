import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { sql } from '../../../core/db/index.ts'
import {
  databaseLog,
  databaseStorage,
  fingerprint,
  loadedPlugins,
  makeAuthorKey,
  packFolder,
  pluginCalls,
  pluginSupervisor,
  readPackage,
  setPluginStatus,
  signPackage,
  writePackage,
} from '../../../core/plugins/index.ts'
import { adminPorts } from '../../support/admin-ports.ts'
import { engines } from '../../support/databases.ts'
import type { Reply, WebBrowser } from '../../support/web.ts'
import { loadWritten, minimalManifest, openBench, type Bench } from '../../plugins/support/setup.ts'
import { assertShows, assertStatus, openAdmin, type AdminWorld } from './support.ts'

const author = makeAuthorKey()
const stranger = makeAuthorKey()

/** Tells its version, keeps a line in its storage and says its secret aloud. */
const code = (version: string) => `export default { gateway: (berth) => ({
  async test_connection() {
    await berth.storage.set('greeting', '${version} of ' + berth.settings.label)
    berth.log.info('the key is ' + berth.settings.api_key)
    return { ok: true, steps: [{ name: '${version}', ok: true, detail: berth.settings.label }] }
  },
}) }`

async function parcel(
  version: string,
  change: { permissions?: object; limits?: object } = {},
): Promise<string> {
  const plugin = await loadWritten('parcel', { code: code(version) })
  const manifest = {
    ...minimalManifest('parcel'),
    ...{ name: 'Parcel', version, kinds: { gateway: ['test_connection'] } },
    settings: {
      type: 'object',
      properties: { label: { type: 'string' }, api_key: { type: 'string', secret: true } },
      required: ['label', 'api_key'],
    },
    permissions: {
      network: [{ host: 'api.parcel.example', secrets: ['api_key'] }],
      secrets: [{ name: 'api_key', read: true }],
      storage: { bytes: 4_096 },
      ...change.permissions,
    },
    ...(change.limits ? { limits: change.limits } : {}),
  }
  const files = { 'plugin.json': JSON.stringify(manifest), 'bundle.js': plugin.bundle.code }
  return writePackage({ ...files, 'CHANGELOG.md': `# ${version}: quicker` }, null)
}
const signed = (text: string, by = author) => signPackage(readPackage(text), by.privatePem)

for (const engine of engines) {
  describe(`the life of a plugin in the admin area (${engine})`, () => {
    let world: AdminWorld
    let staff: WebBrowser
    let bench: Bench
    let isReal = true
    let log: ReturnType<typeof databaseLog>
    before(async () => {
      world = await openAdmin(engine, (means) => {
        log = databaseLog(means)
        bench = openBench({ log, storage: databaseStorage(means.db, means.clock) })
        const plugins = pluginCalls({
          ...{ db: means.db, keys: means.keys, plugins: () => bench.plugins },
          loaded: loadedPlugins(means.db, () => Promise.resolve(new Map())),
        })
        const uses = async (id: string) =>
          Number(
            (await means.db.get<{ n: number }>(
              sql`select count(*) as n from products where instance_id = ${id}`,
            ))!.n,
          )
        const drain = (id: string) => bench.plugins.drain(id)
        const cache = join(tmpdir(), 'berth-test-plugins')
        const admin = adminPorts(means, {
          ...{ drain, uses, pluginHealth: () => bench.plugins.health() },
          folders: () => Promise.resolve(isReal ? null : (folder) => packFolder(folder, cache)),
        })
        return { plugins, admin }
      })
      staff = world.staff
    })
    after(async () => {
      bench.plugins.stop()
      await log.stop()
      await world.close()
    })

    const one = <R extends object>(statement: ReturnType<typeof sql>) => world.means.db.get<R>(statement)
    const installed = () =>
      one<{ version: string; status: string; source: string }>(
        sql`select version, status, source from plugins where id = 'parcel'`,
      )
    const upload = async (text: string, by = staff): Promise<Reply> => {
      assertStatus(await by.get('/admin/plugins/install'), 200)
      const file = new File([text], 'parcel.berth-plugin')
      return by.postParts('/admin/plugins/install', {}, { 'u.package': file })
    }
    /** Where the package that was uploaded waits. */
    const offer = async (text: string): Promise<{ at: string; page: string }> => {
      const reply = await upload(text)
      assertStatus(reply, 303)
      const page = await staff.get(reply.location!)
      assertStatus(page, 200)
      return { at: reply.location!, page: page.text.replace(/\s+/g, ' ') }
    }
    const follow = async (reply: Reply): Promise<string> => {
      assertStatus(reply, 303)
      return (await staff.get(reply.location!)).text.replace(/\s+/g, ' ')
    }
    const act = async (page: string, action: string, fields: Record<string, string> = {}) => {
      assertStatus(await staff.get(page), 200)
      return staff.post(action, fields)
    }
    const instances: string[] = []
    const setUp = async (label: string, key: string): Promise<string> => {
      const typed = { name: label, 'settings[label]': label, 'settings[api_key]': key }
      const reply = await act('/admin/plugins/parcel/new', '/admin/plugins/parcel', typed)
      assertStatus(reply, 303)
      instances.push(reply.location!.split('/').at(-1)!)
      return instances.at(-1)!
    }
    const call = async (id: string) => {
      const at = `/admin/plugins/instances/${id}`
      return follow(await act(at, `${at}/test`))
    }

    it('refuses what is no package, what was tampered with, and a form without a file', async () => {
      const nothing = await upload('')
      assertStatus(nothing, 422)
      assertShows(nothing.text, /Choose the file of a package/)
      const text = await upload('{}')
      assertStatus(text, 422)
      assertShows(text.text, /This is not a plugin package/)
      const own = signed(await parcel('1.0.0'))
      const tampered = await upload(own.replace('Parcel', 'Barrel'))
      assertStatus(tampered, 422)
      assertShows(tampered.text, /package was changed/)
      assert.equal(await one(sql`select id from plugin_offers`), undefined)
      assert.equal(await installed(), undefined)
    })

    it('takes a folder in shops that are not real, and what it is goes the same way', async () => {
      const folder = resolve(import.meta.dirname, '../../../examples/example-widget')
      const put = (path: string) => staff.post('/admin/plugins/install/folder', { folder: path })
      assert.doesNotMatch((await staff.get('/admin/plugins/install')).text, /From a folder/)
      const closed = await put(folder)
      assertStatus(closed, 409)
      assertShows(closed.text, /takes plugins as packages alone/)
      isReal = false
      assertShows((await staff.get('/admin/plugins/install')).text, /From a folder/)
      for (const [path, says] of [
        ['', /Folder/],
        ['/nowhere/at/all', /there is no folder \/nowhere\/at\/all/],
        [resolve(import.meta.dirname), /has no plugin\.json/],
      ] as const) {
        const refused = await put(path)
        assertStatus(refused, 422)
        assertShows(refused.text, says)
        const problems = refused.text.match(/there is no folder|has no plugin\.json/g) ?? []
        assert.equal(problems.length, path === '' ? 0 : 1, 'said at its own form alone')
      }
      assert.equal(await one(sql`select id from plugin_offers`), undefined)
      const page = await follow(await put(folder))
      isReal = true
      assertShows(page, /Nobody has signed/)
      assert.deepEqual({ ...(await one(sql`select origin from plugin_offers`)) }, { origin: 'folder' })
      await world.means.db.run(sql`delete from plugin_offers`)
    })

    it('asks for the password again before a package is taken, and names the right that is missing', async () => {
      await world.means.db.run(sql`update sessions set confirmed_at = null`)
      const asked = await staff.get('/admin/plugins/install')
      assertStatus(asked, 303)
      assert.match(asked.location!, /^\/admin\/confirm\?next=/)
      await world.means.db.run(sql`update sessions set confirmed_at = ${world.means.clock.now()}`)
      const clerk = await world.signedIn(['plugin.list', 'plugin.offer'])
      const put = await upload(signed(await parcel('0.9.0')), clerk)
      assertStatus(put, 303)
      assertShows((await staff.get('/admin/plugins/install')).text, /Parcel[^]{0,400}0\.9\.0[^]{0,400}a file/)
      const refused = await clerk.get(put.location!)
      assertStatus(refused, 403)
      assertShows(refused.text, /plugin\.install/)
      assertStatus(await clerk.post(put.location!, { grant: 'on' }), 403)
      assert.equal(await installed(), undefined)
    })

    it('shows what a package asks for, grave things in red, and installs when all of it is granted', async () => {
      const { at, page } = await offer(signed(await parcel('1.0.0')))
      assertShows(page, /Install Parcel 1\.0\.0/)
      assertShows(page, /Send requests to api\.parcel\.example with the secret api_key/)
      assertShows(page, /See the secret api_key itself.{0,400}b-tone-bad/)
      assert.doesNotMatch(page, /name="unsigned"/)
      const refused = await staff.post(at, {})
      assertStatus(refused, 409)
      assertShows(refused.text, /asks for what was not granted/)
      assert.equal(await installed(), undefined)
      assertShows(await follow(await staff.post(at, { grant: 'on' })), /parcel 1\.0\.0 is installed/)
      assert.deepEqual({ ...(await installed()) }, { version: '1.0.0', status: 'enabled', source: 'package' })
      assertStatus(await staff.get(at), 404)
      const entry = await one<{ actor: string; after_state: string }>(
        sql`select actor, after_state from audit where action = 'plugin.install' and subject = 'parcel'`,
      )
      assert.match(entry!.actor, /^usr_/)
      assert.ok(
        (JSON.parse(entry!.after_state) as { granted: string[] }).granted.includes(
          'secret api_key (its value)',
        ),
      )
    })

    it('is set up twice, each with settings, secrets, storage and figures of its own', async () => {
      const [first, second] = [await setUp('north', 'key-north-1'), await setUp('south', 'key-south-2')]
      assertShows(await call(first), /The connection works.*north/)
      assertShows(await call(second), /The connection works.*south/)
      const stored = await world.means.db.all<{ instance_id: string; value: string }>(
        sql`select instance_id, value from plugin_storage order by instance_id`,
      )
      assert.deepEqual(
        stored.map((row) => [row.instance_id, JSON.parse(row.value)]),
        [
          [first, '1.0.0 of north'],
          [second, '1.0.0 of south'],
        ],
      )
      await call(second)
      const { figures } = await bench.plugins.health()
      assert.deepEqual(
        figures.map((figure) => [figure.instance, figure.calls, figure.failures, figure.last.length]),
        [
          [first, 1, 0, 1],
          [second, 2, 0, 2],
        ],
      )
      assert.ok(figures.every(({ cpuMs }) => cpuMs > 0))
      const page = (await staff.get('/admin/plugins/parcel')).text.replace(/\s+/g, ' ')
      for (const id of [first, second]) assertShows(page, new RegExp(`href="/admin/plugins/instances/${id}"`))
      assertShows(page, /id="call-2".*gateway\.test_connection/)
    })

    it('masks in the log the secret that the plugin may see', async () => {
      await log.stop()
      const page = await staff.get(`/admin/plugins/instances/${instances[0]!}`)
      assertShows(page.text, /the key is •••/)
      assert.doesNotMatch(page.text, /key-north-1/)
      const rows = await world.means.db.all<{ message: string }>(sql`select message from plugin_log`)
      assert.equal(rows.length, 3)
      assert.ok(rows.every(({ message }) => message === 'the key is •••'))
    })

    it('an update that asks for more says what is new; until it is granted the old one runs', async () => {
      const limits = { page_deadline_ms: 2_500, request_bytes: 2_097_152, asks: 100 }
      const permissions = { data: ['client.read:contact:all'] }
      const text = signed(await parcel('1.1.0', { permissions, limits }))
      const { at, page } = await offer(text)
      assertShows(page, /Update Parcel from 1\.0\.0 to 1\.1\.0/)
      assertShows(page, /Read name, company, e-mail, phone and address, of every client.{0,900}b-tone-warn/)
      assertShows(
        page,
        /Let people wait up to 2\.5 s for a page that it takes part in \(usual: 1\).{0,400}b-tone-bad/,
      )
      assertShows(page, /Send up to 2,048 kB in one request \(usual: 1,024\).{0,400}b-tone-warn/)
      assert.equal(
        (page.match(/b-tone-warn/g) ?? []).length,
        3,
        'only that is new, and less is not asked for',
      )
      assertShows(page, /# 1\.1\.0: quicker/)
      assertStatus(await staff.post(at, {}), 409)
      assertShows(await call(instances[0]!), /1\.0\.0/)
      await follow(await staff.post(at, { grant: 'on' }))
      assertShows(await call(instances[0]!), /1\.1\.0/)
    })

    it('an unsigned package, another author and a lower version need a tick for each risk', async () => {
      const lower = await offer(signed(await parcel('1.0.1'), stranger))
      assertShows(lower.page, /1\.0\.1 is lower than 1\.1\.0/)
      assertShows(lower.page, /<h1>Take Parcel back from 1\.1\.0 to 1\.0\.1/)
      const trusted = fingerprint(author.publicKey)
      assertShows(lower.page.replace(/\s+/g, ' '), new RegExp(`Signed so far by.{0,200}${trusted}`))
      const ticks = { grant: 'on', author: 'on', lower: 'on' }
      for (const missing of ['author', 'lower'] as const) {
        const reply = await staff.post(lower.at, { ...ticks, [missing]: '' })
        assertStatus(reply, 409)
        assert.equal((await installed())!.version, '1.1.0', missing)
      }
      const bare = await offer(await parcel('1.2.0'))
      assertShows(bare.page, /Nobody has signed this package/)
      assertStatus(await staff.post(bare.at, { ...ticks, unsigned: 'on' }), 409)
      assert.equal((await installed())!.version, '1.1.0', 'unsigned never replaces what an author signed')
      await follow(await staff.post(lower.at, ticks))
      assert.equal((await installed())!.version, '1.0.1')
    })

    it('rolls back to the version before', async () => {
      const at = '/admin/plugins/parcel/roll-back'
      assertShows((await staff.get(at)).text, /1\.1\.0 runs in place of 1\.0\.1/)
      assertShows(await follow(await act(at, at)), /1\.1\.0 runs again/)
      assertShows(await call(instances[1]!), /1\.1\.0/)
    })

    it('is turned off and on: calls are refused, data stays', async () => {
      const page = '/admin/plugins/parcel'
      await follow(await act(page, `${page}/disable`))
      assert.equal((await installed())!.status, 'disabled')
      assertShows(await call(instances[0]!), /does not work.*switched off/)
      await follow(await act(page, `${page}/enable`))
      assertShows(await call(instances[0]!), /The connection works/)
    })

    it('says of one that lost hosts switched off why, until staff turn it on', async () => {
      const page = '/admin/plugins/parcel'
      const admin = { ...world.means, drain: () => undefined }
      const input = { plugin_id: 'parcel', status: 'disabled', reason: 'Its hosts were lost three times.' }
      await setPluginStatus(admin, input, pluginSupervisor)
      const why = /Parcel: switched off, because hosts were lost three times/
      assertShows((await staff.get(page)).text, why)
      const health = () => staff.get('/admin/plugins/health')
      assertShows((await health()).text, /id="health-disabled"/)
      await follow(await act(page, `${page}/enable`))
      assert.doesNotMatch((await staff.get(page)).text, why)
      assert.doesNotMatch((await health()).text, /id="health-disabled"/)
    })

    it('health shows hosts with their cost, all instances, and the outbound map', async () => {
      const page = (await staff.get('/admin/plugins/health')).text.replace(/\s+/g, ' ')
      assertShows(page, /id="host-\d+".*\d+ MB/)
      assertShows(page, new RegExp(`id="health-${instances[0]!}"`))
      assertShows(page, /all requests go where they are meant for/)
    })

    it('is not removed while a record points to it', async () => {
      const at = '/admin/plugins/parcel/remove'
      await world.means.db.run(
        sql`update products set instance_id = ${instances[0]!} where id = ${world.ids.product}`,
      )
      const page = await staff.get(at)
      assertShows(page.text, /Records point to north/)
      assert.doesNotMatch(page.text, /name="confirm"/)
      assertStatus(await staff.post(at, { confirm: 'parcel' }), 409)
      assert.ok(await installed())
      await world.means.db.run(sql`update products set instance_id = null where id = ${world.ids.product}`)
    })

    it('says what goes, asks for its id, and then removes it with all its data', async () => {
      const at = '/admin/plugins/parcel/remove'
      const page = (await staff.get(at)).text.replace(/\s+/g, ' ')
      for (const says of [
        /2 instances go with their settings: north, south/,
        /2 secrets are erased/,
        /2 entries of its own data are erased/,
      ])
        assertShows(page, says)
      const wrong = await staff.post(at, { confirm: 'parcels' })
      assertStatus(wrong, 422)
      assertShows(wrong.text, /This field must be parcel before the plugin is removed/)
      assert.ok(await installed())
      assertShows(await follow(await staff.post(at, { confirm: 'parcel' })), /parcel was removed/)
      assert.equal(await installed(), undefined)
      for (const table of [
        sql`select 1 as n from plugin_storage`,
        sql`select 1 as n from plugin_versions`,
        sql`select 1 as n from plugin_instances where plugin_id = 'parcel'`,
        sql`select 1 as n from secrets where owner_id in (${instances[0]!}, ${instances[1]!})`,
      ])
        assert.equal(await one(table), undefined)
    })
  })
}
