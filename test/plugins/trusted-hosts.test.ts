import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { sql } from '../../core/db/index.ts'
import {
  exportInstance,
  getInstance,
  hostFields,
  importInstance,
  pluginCalls,
  secretFields,
  type LoadedPlugin,
} from '../../core/plugins/index.ts'
import { openAdmin, assertShows, assertStatus, type AdminWorld } from '../http/admin/support.ts'
import { adminPorts } from '../support/admin-ports.ts'
import { engines } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import type { Reply, WebBrowser } from '../support/web.ts'
import { loadWritten, openBench } from './support/setup.ts'
import { openTlsPanel, pemOf, sha256Of, type TlsPanel } from './support/tls-panel.ts'

const HOST = 'panel.example.com'
const own = (where: string) => `async test_connection(input) {
  const address = ${where}.panel_url
  try {
    const response = await fetch(address + '/api')
    return { ok: true, steps: [{ name: 'panel', ok: true, detail: await response.text() }] }
  } catch (error) {
    return { ok: false, steps: [{ name: 'panel', ok: false, detail: 'no luck' }] }
  }
}`
const address = {
  type: 'object',
  required: ['panel_url'],
  properties: { panel_url: { type: 'string', title: 'Address of the panel' } },
}
const load = (id: string, of: 'server' | 'settings'): Promise<LoadedPlugin> =>
  loadWritten(id, {
    code:
      of === 'server'
        ? `export default { provisioner: () => ({ ${own('input.server.settings')} }) }`
        : `export default { gateway: (context) => ({ ${own('context.settings')} }) }`,
    manifest: {
      kinds: of === 'server' ? { provisioner: ['test_connection'] } : { gateway: ['test_connection'] },
      permissions: { network: [{ fromConfig: `${of}.panel_url` }] },
      [of === 'server' ? 'server_settings' : 'settings']: address,
    },
  })

const bench = openBench({
  resolver: () => Promise.resolve(['127.0.0.1']),
  isOwnHost: (host) => Promise.resolve(host === 'shop.example.com'),
})
let panel: TlsPanel
let plugins: ReadonlyMap<string, LoadedPlugin>
before(async () => {
  panel = await openTlsPanel()
  plugins = new Map([
    ['lan-panel', await load('lan-panel', 'server')],
    ['lan-gate', await load('lan-gate', 'settings')],
  ])
})
after(() => {
  bench.plugins.stop()
  panel.close()
})

for (const engine of engines)
  describe(`hosts that staff trust (${engine})`, () => {
    let world: AdminWorld
    let staff: WebBrowser
    before(async () => {
      world = await openAdmin(engine, (means) => ({
        plugins: pluginCalls({
          ...{ db: means.db, keys: means.keys, plugins: () => bench.plugins },
          loaded: { find: ({ plugin_id }) => Promise.resolve(plugins.get(plugin_id)) },
        }),
        admin: adminPorts(means, {
          async serverSettings(instanceId) {
            const { manifest } = await getInstance(means.db, instanceId)
            const schema = manifest.server_settings ?? {}
            return { schema, secrets: secretFields(schema), hosts: hostFields(manifest, 'server') }
          },
        }),
      }))
      staff = world.staff
      const at = world.means.business.now()
      for (const { manifest } of plugins.values())
        await world.means.db.insert('plugins', [
          {
            ...{ id: manifest.id, version: '1.0.0', bundle_sha256: 'x', granted: '{}', status: 'enabled' },
            ...{ manifest: JSON.stringify(manifest), installed_at: at, updated_at: at },
          },
        ])
    })
    after(() => world.close())
    beforeEach(() => {
      panel.show('certificate')
      panel.requests.length = 0
    })

    const url = (host = HOST) => `https://${host}:${panel.port}`
    const send = async (page: string, action: string, fields: object, by = staff): Promise<Reply> => {
      assertStatus(await by.get(page), 200)
      return by.post(action, { ...fields })
    }
    const follow = async (reply: Reply): Promise<string> => {
      assertStatus(reply, 303)
      return (await staff.get(reply.location!)).text.replace(/\s+/g, ' ')
    }
    const version = async (table: 'servers' | 'plugin_instances', id: string) =>
      (await world.means.db.get<{ version: number }>(
        table === 'servers'
          ? sql`select version from servers where id = ${id}`
          : sql`select version from plugin_instances where id = ${id}`,
      ))!.version
    const settingsOf = async (id: string) => {
      const row = await world.means.db.get<{ settings: string }>(sql`
        select settings from servers where id = ${id}
        union all select settings from plugin_instances where id = ${id}`)
      return JSON.parse(row!.settings) as { panel_url: string; trusted_hosts?: Record<string, unknown>[] }
    }
    const audits = (id: string, action: string) =>
      world.means.db.all<{ before_state: string; after_state: string }>(
        sql`select before_state, after_state from audit where subject = ${id} and action = ${action} order by id`,
      )
    const instance = async (plugin: string, fields: object = {}) => {
      const page = `/admin/plugins/${plugin}/new`
      const reply = await send(page, `/admin/plugins/${plugin}`, { name: plugin, ...fields })
      assertStatus(reply, 303)
      return reply.location!.split('/').at(-1)!
    }
    const newServer = async (fields: object = {}, by = staff) => {
      const instance_id = await instance('lan-panel')
      const page = `/admin/servers/new?instance=${instance_id}`
      const facts = { instance_id, name: 'Cellar', 'settings[panel_url]': url(), trust_drawn_0: '' }
      const reply = await send(page, '/admin/servers', { ...facts, ...fields }, by)
      assertStatus(reply, 303)
      return reply.location!.split('/').at(-1)!
    }
    const change = async (id: string, fields: object, by = staff) => {
      const page = `/admin/servers/${id}`
      const html = (await by.get(page)).text
      const drawn = /name="trust_drawn_0" value="([^"]*)"/.exec(html)?.[1]
      const row = await world.means.db.get<{ instance_id: string }>(
        sql`select instance_id from servers where id = ${id}`,
      )
      const facts = { ...row, _version: String(await version('servers', id)), name: 'Cellar' }
      const kept = { 'settings[panel_url]': url(), ...(drawn === undefined ? {} : { trust_drawn_0: drawn }) }
      return by.post(page, { ...facts, ...kept, ...fields })
    }
    const tested = async (id: string) =>
      follow(await send(`/admin/servers/${id}`, `/admin/servers/${id}/test`, {}))

    it('reaches a panel in the LAN once its address is ticked and its certificate pinned', async () => {
      const id = await newServer()
      const where = `${HOST}:${panel.port}`
      assertShows(
        await tested(id),
        new RegExp(`${where} leads to 127\\.0\\.0\\.1, a private address, and is not ticked`),
      )
      await follow(await change(id, { trust_inside_0: 'on' }))
      assert.deepEqual((await settingsOf(id)).trusted_hosts, [{ host: HOST, port: panel.port }])
      assertShows(
        await tested(id),
        new RegExp(`${where} is self-signed and not pinned\\. SHA-256: ${sha256Of('certificate')}`),
      )

      const at = `/admin/servers/${id}`
      const query = new URLSearchParams({ host: HOST, port: String(panel.port) })
      const button = `<form method="post" action="${at}/certificate\\?host=${HOST}&(amp;)?port=${panel.port}"`
      assert.match((await staff.get(at)).text, new RegExp(button))
      const shown = await send(at, `${at}/certificate?${query}`, {})
      assertStatus(shown, 200)
      for (const pattern of [
        /CN=panel\.example\.com/,
        new RegExp(sha256Of('certificate')),
        /nothing is trusted yet/,
      ])
        assertShows(shown.text, pattern)
      assert.equal((await settingsOf(id)).trusted_hosts?.[0]?.certificateSha256, undefined)
      const hidden = (name: string) =>
        new RegExp(`name="${name}" value="([^"]*)"`).exec(shown.text)![1]!.replaceAll('&#10;', '\n')
      const confirm = { host: hidden('host'), port: hidden('port'), certificate: hidden('certificate') }
      const pinned = { ...confirm, inside: 'on', _version: hidden('_version') }
      assertShows(
        await follow(await staff.post(`${at}/certificate/pin`, pinned)),
        /is known by this certificate alone.*Pinned certificate: CN=panel\.example\.com, valid until/,
      )
      assert.deepEqual(panel.requests, [], 'nothing was sent before')
      assertShows(await tested(id), /The connection works\. ✓ panel: panel/)
      assert.deepEqual(panel.requests, ['/api'])

      panel.show('renewed')
      const both = `Pinned: ${sha256Of('certificate')}\\. Shown: ${sha256Of('renewed')}`
      assertShows(await tested(id), new RegExp(`another certificate than the pinned one\\. ${both}`))
      panel.show('expired')
      await follow(await change(id, { trust_inside_0: 'on', trust_certificate_0: pemOf('expired') }))
      assertShows(await tested(id), /has expired: it was valid until/)
      assert.equal(panel.requests.length, 1)
      const rows = await audits(id, 'server.trust')
      assert.equal(rows.length, 3)
      assert.deepEqual(JSON.parse(rows[0]!.before_state), { trusted_hosts: [] })
      assert.deepEqual(JSON.parse(rows[0]!.after_state), {
        trusted_hosts: [{ host: HOST, port: panel.port }],
      })
      assert.deepEqual(rows[1]!.before_state, rows[0]!.after_state)
    })

    it('ties what is trusted to host and port: changed, it is gone, and does not come back', async () => {
      const id = await newServer({ trust_inside_0: 'on', trust_certificate_0: pemOf('certificate') })
      const [kept] = (await settingsOf(id)).trusted_hosts!
      assert.equal(kept!.certificateSha256, sha256Of('certificate'))
      const moved = { 'settings[panel_url]': 'https://other.example.com', trust_inside_0: 'on' }
      assertShows(
        await follow(await change(id, moved)),
        /is no longer trusted, since its address was changed/,
      )
      assert.equal((await settingsOf(id)).trusted_hosts, undefined)
      await follow(await change(id, {}))
      assert.equal((await settingsOf(id)).trusted_hosts, undefined)
      await follow(await change(id, { trust_inside_0: 'on' }))
      const port = { 'settings[panel_url]': `https://${HOST}:1`, trust_inside_0: 'on' }
      await follow(await change(id, port))
      assert.equal((await settingsOf(id)).trusted_hosts, undefined, 'another port is another host')
      const refused = await change(id, { trust_certificate_0: 'none' })
      assertStatus(refused, 422)
      assertShows(refused.text, /id="f-trust_certificate_0-error"|id="f-trust-certificate-0-error"/)
      assertShows(refused.text, /This is no certificate/)
    })

    it('asks a permission of its own, and keeps what is trusted for those without it', async () => {
      const id = await newServer({ trust_inside_0: 'on' })
      const plain = await world.signedIn(['server.read', 'server.change', 'server.test', 'plugin.read'])
      const page = (await plain.get(`/admin/servers/${id}`)).text
      assert.doesNotMatch(page, /trust_inside_0|certificate\?host/)
      assertShows(page, /Inside our own network/)
      assertStatus(await change(id, { name: 'Attic' }, plain), 303)
      assert.equal((await settingsOf(id)).trusted_hosts?.length, 1)
      const forged = { trust_drawn_0: `${HOST}:${panel.port}`, trust_inside_0: 'on' }
      assertStatus(await change(id, { ...forged, trust_certificate_0: pemOf('renewed') }, plain), 403)
      const query = new URLSearchParams({ host: HOST, port: String(panel.port) })
      assertStatus(await plain.post(`/admin/servers/${id}/certificate?${query}`), 403)
      assertStatus(await plain.post(`/admin/servers/${id}/certificate/pin`, {}), 403)
      assert.equal((await settingsOf(id)).trusted_hosts?.[0]?.certificateSha256, undefined)
      await follow(await change(id, { trust_inside_0: 'on', trust_certificate_0: pemOf('certificate') }))
      assertStatus(await change(id, { ...forged, trust_unpin_0: 'on' }, plain), 403)
      assert.equal((await settingsOf(id)).trusted_hosts?.[0]?.certificateSha256, sha256Of('certificate'))
    })

    it('looks only at hosts of the settings, and never at this installation', async () => {
      const id = await newServer({ 'settings[panel_url]': url('shop.example.com'), trust_inside_0: 'on' })
      const at = `/admin/servers/${id}`
      const fetched = (host: string) =>
        send(at, `${at}/certificate?${new URLSearchParams({ host, port: String(panel.port) })}`, {})
      assertStatus(await fetched('localhost'), 404)
      assertShows((await fetched('shop.example.com')).text, /is this installation itself/)
      assertShows(await tested(id), /is this installation itself, which no plugin may reach/)
      const _version = String(await version('servers', id))
      const foreign = { host: 'localhost', port: '1', certificate: pemOf('certificate'), _version }
      assertStatus(await send(at, `${at}/certificate/pin`, foreign), 422)
      assert.deepEqual(panel.requests, [])
    })

    it('does the same for an instance, whose file carries nothing of it', async () => {
      const page = '/admin/plugins/instances'
      const drawn = { trust_drawn_0: '', trust_inside_0: 'on' }
      const id = await instance('lan-gate', { 'settings[panel_url]': url(), ...drawn })
      const test = async () => follow(await send(`${page}/${id}`, `${page}/${id}/test`, {}))
      assertShows(await test(), /is self-signed and not pinned/)
      const query = new URLSearchParams({ host: HOST, port: String(panel.port) })
      const shown = await send(`${page}/${id}`, `${page}/${id}/certificate?${query}`, {})
      assertShows(shown.text, new RegExp(sha256Of('certificate')))
      const pin = { host: HOST, port: String(panel.port), certificate: pemOf('certificate'), inside: 'on' }
      const _version = String(await version('plugin_instances', id))
      await follow(await staff.post(`${page}/${id}/certificate/pin`, { ...pin, _version }))
      assertShows(await test(), /The connection works/)
      assert.equal((await audits(id, 'plugin_instance.trust')).length, 2)

      const means = { ...world.means, drain: () => undefined, findRecord: () => Promise.resolve(null) }
      const actor = staffActor()
      const file = await exportInstance(means, { instance_id: id }, actor)
      assert.deepEqual(file.settings, { panel_url: url() })
      const before = (await settingsOf(id)).trusted_hosts
      await importInstance(means, { instance_id: id, data: file }, actor)
      assert.deepEqual((await settingsOf(id)).trusted_hosts, before)
      const copy = await instance('lan-gate', { 'settings[panel_url]': url() })
      await importInstance(means, { instance_id: copy, data: file }, actor)
      assert.equal((await settingsOf(copy)).trusted_hosts, undefined)
      const elsewhere = { ...file, settings: { panel_url: 'https://elsewhere.example.com' } }
      await importInstance(means, { instance_id: id, data: elsewhere }, actor)
      assert.equal((await settingsOf(id)).trusted_hosts, undefined)
    })

    it('shows an instance to its plugin without the names that are ours', async () => {
      const id = await instance('lan-gate', {
        'settings[panel_url]': url(),
        trust_drawn_0: '',
        trust_inside_0: 'on',
      })
      const seen: object[] = []
      const calls = pluginCalls({
        ...{ db: world.means.db, keys: world.means.keys },
        plugins: () => ({ ...bench.plugins, call: (one) => Promise.resolve(seen.push(one.settings)) }),
        loaded: { find: ({ plugin_id }) => Promise.resolve(plugins.get(plugin_id)) },
      })
      await calls.call(id, 'gateway', 'test_connection', {})
      assert.deepEqual(seen, [{ panel_url: url() }])
    })
  })
