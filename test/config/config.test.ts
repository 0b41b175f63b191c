import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { configKeys, loadConfig, maskedConfig } from '../../core/config/index.ts'

describe('configuration', () => {
  const folder = mkdtempSync(join(tmpdir(), 'berth-config-'))
  const file = join(folder, 'berth.yaml')
  after(() => rmSync(folder, { recursive: true, force: true }))
  const load = (environment: Record<string, string> = {}, yaml = '') => {
    writeFileSync(file, yaml)
    return loadConfig({ BERTH_DATA_DIR: folder, ...environment })
  }

  test('has a preset for everything, and a database in the data folder', () => {
    assert.deepEqual(load(), {
      port: 8080,
      host: '127.0.0.1',
      dataDir: folder,
      databaseUrl: `sqlite:${folder}/berth.db`,
      sqliteSync: 'full',
      keys: null,
      wards: 1,
      pluginWall: 'auto',
      logLevel: 'info',
      smtpUrl: null,
      url: null,
      outbound: {},
      proxies: [],
    })
  })

  test('reads the file, lets the environment win, and takes no later change', () => {
    const config = load(
      {
        PORT: '9000',
        BERTH_WARDS: '3',
        BERTH_OUTBOUND: 'api.stripe.com=http://127.0.0.1:1, x=http://localhost:2',
      },
      'port: 1234\nlogLevel: debug\nproxies: [10.0.0.0/8]\n',
    )
    assert.deepEqual([config.port, config.logLevel, config.wards], [9000, 'debug', 3])
    assert.deepEqual(config.proxies, ['10.0.0.0/8'])
    assert.deepEqual(config.outbound, { 'api.stripe.com': 'http://127.0.0.1:1', x: 'http://localhost:2' })
    assert.ok(Object.isFrozen(config) && Object.isFrozen(config.outbound))
    assert.equal(load({ PORT: '' }).port, 8080)
  })

  test('names everything that is wrong at once, and never repeats an address that may hold a password', () => {
    const wrong = () =>
      load(
        { PORT: '99999', DATABASE_URL: 'mysql://me:hush@db/x', BERTH_OUTBOUND: 'api.stripe.com' },
        'wards: 2\nprot: 1\nproxies: 5\nlogLevel: loud\n',
      )
    assert.throws(wrong, (error: Error & { code?: string }) => {
      assert.equal(error.code, 'config.invalid')
      assert.doesNotMatch(error.message, /hush/)
      const named = error.message
        .split('\n')
        .slice(1)
        .map((line) => line.slice(4).split(':')[0])
      assert.deepEqual(named.toSorted(), [
        'BERTH_OUTBOUND',
        'DATABASE_URL',
        'PORT',
        'logLevel (in berth.yaml)',
        'prot (in berth.yaml)',
        'proxies (in berth.yaml)',
        'wards (in berth.yaml)',
      ])
      return true
    })
    assert.throws(() => load({}, 'port: [1'), /berth\.yaml/)
    assert.throws(() => load({}, '- 1'), /name: value/)
  })

  test('hides secrets where it is printed', () => {
    const masked = maskedConfig(load({ DATABASE_URL: 'postgres://me:hush@db/x', BERTH_KEYS: 'k1:abc' }))
    assert.equal(masked.databaseUrl, '(hidden)')
    assert.equal(masked.keys, '(hidden)')
    assert.equal(masked.smtpUrl, null)
    assert.equal(masked.port, 8080)
  })

  test('says of each key why it is there, under one name in the environment', () => {
    const keys = Object.values(configKeys)
    assert.ok(keys.every((key) => key.why.endsWith('.')))
    assert.equal(new Set(keys.map((key) => key.env)).size, keys.length)
  })

  test('is the only reader of the environment in core, the SDK and the plugins', () => {
    const root = join(import.meta.dirname, '../..')
    const readers = ['core', 'sdk', 'plugins']
      .flatMap((part) => sources(root, part))
      .filter((path) =>
        /process\.env|import\.meta\.env|from 'node:process'/.test(readFileSync(join(root, path), 'utf8')),
      )
    assert.deepEqual(readers, ['core/config/load.ts'])
  })
})

function sources(root: string, part: string): string[] {
  try {
    return readdirSync(join(root, part), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !/(^|\/)(test|node_modules|dist)\//.test(path))
      .map((path) => `${part}/${path}`)
  } catch {
    return []
  }
}
