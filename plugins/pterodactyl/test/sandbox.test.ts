import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { after, before, test } from 'node:test'
import { bundlePlugin, readManifest, type PluginInstance } from '../../../core/plugins/index.ts'
import { provisionerOperations } from '../../../sdk/provisioner.ts'
import { completed } from '../../../sdk/test-kit/index.ts'
import { startPterodactyl, type PterodactylSimulator } from '../../../simulators/pterodactyl/index.ts'
import { openBench, type Bench } from '../../../test/plugins/support/setup.ts'
import { ANN, PAPER } from './open-panel.ts'

const FOLDER = fileURLToPath(new URL('..', import.meta.url))

let simulator: PterodactylSimulator
let bench: Bench
let instance: PluginInstance

before(async () => {
  simulator = await startPterodactyl({
    clock: () => Date.UTC(2026, 10, 21),
    rateLimits: { application: 100_000 },
  })
  bench = openBench({ outbound: { 'panel.example.com': simulator.url } })
  const manifest = readManifest(await readFile(`${FOLDER}plugin.json`, 'utf8'), 'pterodactyl/plugin.json')
  instance = bench.instance({
    manifest,
    bundle: await bundlePlugin(FOLDER, join(tmpdir(), 'berth-test-plugins')),
  })
})
after(async () => {
  bench.plugins.stop()
  await simulator.close()
})

const server = { id: 'srv_1', settings: { panel_url: 'https://panel.example.com' } }
const service = {
  external_id: 'svc_1',
  label: 'Ann plays',
  settings: { ...PAPER, nest: 2, egg: 2, generated: ['RCON_PASS'] },
  client: ANN,
}

const inputOf = (operation: string, more: object) => {
  const { input } = provisionerOperations[operation as keyof typeof provisionerOperations]
  return completed(input, { server, service, ...more }) as object
}

const call = (operation: string, more: object = {}) =>
  bench.plugins.call(instance, 'provisioner', operation, {
    input: inputOf(operation, more),
    deadlineMs: 60_000,
    server: {
      id: server.id,
      secrets: (name) =>
        Promise.resolve({ application_key: simulator.applicationKey, client_key: simulator.clientKey }[name]),
    },
  }) as Promise<Record<string, unknown>>

test('the life of a server runs inside the sandbox, with keys that it does not hold', async () => {
  const report = await bench.plugins.call(instance, 'provisioner', 'test_connection', {
    input: { server },
    deadlineMs: 60_000,
    server: {
      id: server.id,
      secrets: (name) =>
        Promise.resolve(name === 'client_key' ? simulator.clientKey : simulator.applicationKey),
    },
  })
  assert.equal((report as { ok: boolean }).ok, true)
  simulator.control.loseAnswers({ calls: 1, method: 'POST', path: '/api/application/servers' })
  const made = await call('create')
  assert.equal(made['outcome'], 'pending')
  simulator.control.finishInstalls()
  const [known, ...others] = simulator.control.state().servers
  assert.deepEqual([String(known?.id), others], [made['remote_id'], []])
  assert.match(known?.environment['RCON_PASS'] ?? '', /^[a-zA-Z2-9]{20}$/)

  assert.equal((await call('describe'))['state'], 'live')
  assert.equal((await call('power', { signal: 'restart' }))['outcome'], 'done')
  assert.equal((await call('usage'))['available'], true)
  const larger = { ...service, settings: { ...service.settings, memory: 4096 } }
  assert.equal((await call('change', { service: larger }))['outcome'], 'done')
  assert.equal(simulator.control.state().servers[0]?.limits.memory, 4096)
  assert.equal((await call('suspend'))['outcome'], 'done')
  assert.equal((await call('release'))['outcome'], 'done')
  assert.deepEqual(await call('terminate'), { outcome: 'done' })
  assert.deepEqual(await call('describe'), { state: 'absent' })
})

test('a key that is not set is absent, not a token that leads nowhere', async () => {
  const withoutKey = (operation: string, more: object = {}) =>
    bench.plugins.call(instance, 'provisioner', operation, {
      input: inputOf(operation, more),
      deadlineMs: 60_000,
      server: {
        id: server.id,
        secrets: (name) => Promise.resolve(name === 'client_key' ? undefined : simulator.applicationKey),
      },
    })
  assert.deepEqual(await withoutKey('usage'), { available: false, metrics: [] })
  assert.partialDeepStrictEqual(await withoutKey('power', { signal: 'stop' }), {
    outcome: 'failed',
    code: 'invalid_settings',
    kind: 'permanent',
  })
})
