// Permissions, network and secrets: what staff did not type, no schema of a plugin types for them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import '../../core/app.ts'
import { sql } from '../../core/db/index.ts'
import {
  changeInstance,
  createInstance,
  exportInstance,
  getInstance,
  importInstance,
  readManifest,
} from '../../core/plugins/index.ts'
import { keepMoved, moveInstances, putBack } from '../../core/plugins/registry/move-instances.ts'
import { stagedStorage } from '../../core/plugins/registry/staged-storage.ts'
import { readSecret } from '../../core/secrets/index.ts'
import { changeServer, createServer } from '../../core/services/index.ts'
import { minimalManifest } from '../plugins/support/setup.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'

const INSIDE = [{ host: '10.0.0.5', port: 443 }]
const ASKED = [{ host: 'panel.internal', port: 8443 }]
const TICKED = ASKED.map((one) => ({ ...one, inside: true }))
/** Typed by nobody: a key that the author knows, a host inside, and the tick that lets it be reached. */
const schema = {
  type: 'object',
  properties: {
    label: { type: 'string', default: 'shown' },
    panel: { type: 'string' },
    key: { type: 'string', secret: true, default: 'known to the author' },
    trusted_hosts: { type: 'array', default: INSIDE, items: { type: 'object' } },
  },
  allOf: [{ properties: { panel: { default: '10.0.0.5' }, trusted_hosts: { default: INSIDE } } }],
}
const manifest = {
  ...minimalManifest('generous'),
  ...{ settings: schema, server_settings: schema },
  permissions: { network: [{ fromConfig: 'settings.panel' }, { fromConfig: 'server.panel' }] },
}
const actor = staffActor(['plugin.*', 'plugin_instance.*', 'server.*'])

for (const engine of engines)
  test(`rule: no default of a schema is a secret, a hidden host or a tick of staff (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    const means = { ...testMeans(db), drain: () => undefined, findRecord: () => Promise.resolve(null) }
    const at = means.business.now()
    const facts = { version: '1.0.0', bundle_sha256: '0', granted: '{}', status: 'enabled' }
    await db.insert('plugins', [
      { id: 'generous', manifest: JSON.stringify(manifest), ...facts, installed_at: at, updated_at: at },
    ])
    const made = await createInstance(means, { plugin_id: 'generous', name: 'G', settings: {} }, actor)
    const settings = async () => JSON.parse((await getInstance(db, made.id)).settings) as unknown
    const secret = () => readSecret(db, means.keys, made.id, 'key')
    const change = async (wanted: object, trust?: object) => {
      const { version } = await getInstance(db, made.id)
      const said = trust ? { trust } : {}
      await changeInstance(
        means,
        { instance_id: made.id, version, name: 'G', settings: wanted, ...said },
        actor,
      )
      return settings()
    }
    assert.deepEqual([await settings(), await secret()], [{ label: 'shown' }, null])
    const panel = 'panel.internal:8443'
    assert.deepEqual(await change({ key: 'ours', panel, trusted_hosts: ASKED }), { label: 'shown', panel })
    assert.deepEqual(await change({ panel }, TICKED), { label: 'shown', panel, trusted_hosts: ASKED })
    assert.deepEqual(await change({ label: 'other', panel }), {
      ...{ label: 'other', panel, trusted_hosts: ASKED },
    })
    assert.equal(await secret(), 'ours', 'a secret that is left empty stays as it is')
    await assert.rejects(change({ panel }, [{ host: 'x' }]), { code: 'input.invalid' })

    const file = await exportInstance(means, { instance_id: made.id }, actor)
    const data = { ...file, settings: { ...file.settings, trusted_hosts: INSIDE } }
    await importInstance(means, { instance_id: made.id, data }, actor)
    assert.deepEqual(await settings(), { label: 'other', panel, trusted_hosts: ASKED })

    const plugin = {
      manifest: { ...manifest, version: '2.0.0', upgrade: true },
      bundle: { hash: '1', code: '' },
    }
    const move = () =>
      getInstance(db, made.id).then(({ id, version }) => ({
        ...{ id, version, storage: stagedStorage(db, id) },
        settings: { label: 'moved', panel, trusted_hosts: INSIDE },
      }))
    const moved = await moveInstances({ db, move }, plugin as never, { version: '1.0.0' })
    await db.transaction((trx) =>
      keepMoved(trx, { plugin: plugin as never, moved, versionId: null, now: at }),
    )
    assert.deepEqual(await settings(), { label: 'moved', panel, trusted_hosts: ASKED })

    const put = { version_id: 'plv_1', instance_id: made.id, kept_at: at }
    const old = JSON.stringify({ label: 'old', panel, trusted_hosts: INSIDE })
    await db.insert('plugin_kept_settings', [{ ...put, settings: old }])
    await db.transaction((trx) => putBack(trx, { plugin: 'generous', leaves: 'plv_1', bundle: '0', now: at }))
    assert.deepEqual(await settings(), { label: 'old', panel, trusted_hosts: ASKED })

    const hosts = [{ field: 'panel', port: null }]
    const rules = { schema: schema as never, secrets: ['key'], hosts }
    const house = { ...means, serverSettings: () => Promise.resolve(rules) }
    const server = { name: 'S', group_id: null, capacity: null, secrets: {} }
    const id = await createServer(house, { instance_id: made.id, ...server, settings: {} }, actor)
    const kept = async () => {
      const row = await db.get<{ settings: string }>(sql`select settings from servers where id = ${id}`)
      return JSON.parse(row!.settings) as unknown
    }
    assert.deepEqual(await kept(), { label: 'shown' })
    const changes = { server_id: id, ...server }
    await changeServer(house, { ...changes, version: 1, settings: { panel, trusted_hosts: INSIDE } }, actor)
    assert.deepEqual(await kept(), { label: 'shown', panel })
    await changeServer(house, { ...changes, version: 2, settings: { panel }, trust: TICKED }, actor)
    await changeServer(house, { ...changes, version: 3, settings: { label: 'b', panel } }, actor)
    assert.deepEqual(await kept(), { label: 'b', panel, trusted_hosts: ASKED })
    await remove()
  })

test('rule: a plugin.json with such names or defaults is refused', () => {
  assert.throws(() => readManifest(JSON.stringify(manifest), 'plugin.json'), {
    code: 'plugin.manifest_invalid',
    message:
      /settings\.properties\.trusted_hosts: the name is Berth's own .*settings\.properties\.key: a secret has a default/,
  })
})
