import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { after, before, test } from 'node:test'
import { bundlePlugin, readManifest, type PluginInstance } from '../../../core/plugins/index.ts'
import { startVies, type ViesSimulator } from '../../../simulators/vies/index.ts'
import { openBench, type Bench } from '../../../test/plugins/support/setup.ts'

const FOLDER = fileURLToPath(new URL('..', import.meta.url))

let register: ViesSimulator
let bench: Bench
let instance: PluginInstance
let plain: PluginInstance

before(async () => {
  register = await startVies({ now: () => '2026-01-15T10:00:00.000Z' })
  register.register('FR11123456782', { name: 'SARL QUAI', address: '7 QUAI\n75001 PARIS' })
  register.register('EL123456783')
  bench = openBench({ outbound: { 'ec.europa.eu': register.url } })
  const manifest = readManifest(await readFile(`${FOLDER}plugin.json`, 'utf8'), 'vies/plugin.json')
  const bundle = await bundlePlugin(FOLDER, join(tmpdir(), 'berth-test-plugins'))
  instance = bench.instance({ manifest, bundle }, { settings: { requester: 'DE 123456788' } })
  plain = bench.instance({ manifest, bundle })
})
after(async () => {
  bench.plugins.stop()
  await register.close()
})

const ask = (country: string, tax_id: string, of = instance, deadlineMs = 20_000) =>
  bench.plugins.call(of, 'tax', 'validate_tax_id', { input: { country, tax_id }, deadlineMs })

test('a known number is valid, with name, address and the proof of the question', async () => {
  assert.deepEqual(await ask('FR', 'FR11123456782'), {
    ...{ outcome: 'valid', name: 'SARL QUAI', address: '7 QUAI, 75001 PARIS' },
    reference: 'WAPI000000000001',
  })
  assert.deepEqual(register.asked.at(-1), { number: 'FR11123456782', requester: 'DE123456788' })
})

test('Greece is asked as EL; without an own number there is no proof, and "---" is no name', async () => {
  assert.deepEqual(await ask('GR', 'EL123456783', plain), { outcome: 'valid' })
  assert.equal(register.asked.at(-1)!.requester, null)
})

test('what the register does not know is invalid; a country that it does not hold is unknown', async () => {
  assert.equal(((await ask('AT', 'ATU12345675')) as { outcome: string }).outcome, 'invalid')
  const british = (await ask('GB', 'GB123456782')) as { outcome: string; reason: string }
  assert.deepEqual(
    [british.outcome, british.reason],
    ['unknown', 'This register does not know numbers of this country.'],
  )
})

test('every kind of outage is unknown, never invalid', async () => {
  const failures = ['MS_UNAVAILABLE', 'GLOBAL_MAX_CONCURRENT_REQ', 'TIMEOUT', 'nonsense'] as const
  for (const failure of failures) {
    register.fail(failure, 'FR')
    assert.equal(((await ask('FR', 'FR11123456782')) as { outcome: string }).outcome, 'unknown', failure)
  }
  register.fail('silence', 'FR')
  assert.equal(
    ((await ask('FR', 'FR11123456782', instance, 3_000)) as { outcome: string }).outcome,
    'unknown',
  )
  register.fail(null, 'FR')
  assert.equal(((await ask('FR', 'FR11123456782')) as { outcome: string }).outcome, 'valid')
})

test('the connection test says what the register says', async () => {
  const report = () =>
    bench.plugins.call(instance, 'tax', 'test_connection', { input: {}, deadlineMs: 20_000 })
  assert.deepEqual(await report(), {
    ok: true,
    steps: [{ name: 'register', ok: true, detail: 'The register answers.' }],
  })
  register.fail('SERVICE_UNAVAILABLE')
  assert.equal(((await report()) as { ok: boolean }).ok, false)
  register.fail(null)
})
