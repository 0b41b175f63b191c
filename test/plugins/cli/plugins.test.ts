import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openSqlite, sql } from '../../../core/db/index.ts'
import { readIndex } from '../../../core/plugins/index.ts'
import { minimalManifest } from '../support/setup.ts'

const BERTH = join(import.meta.dirname, '../../../bin/berth')
const folder = mkdtempSync(join(tmpdir(), 'berth-cli-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** Runs `berth plugin …` in the folder; answers all that it printed, and its exit code. */
const plugin = (...args: string[]) =>
  new Promise<{ text: string; code: number }>((done) => {
    const env = { ...process.env, BERTH_DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'error' }
    execFile(process.execPath, [BERTH, 'plugin', ...args], { cwd: folder, env }, (error, out, err) =>
      done({ text: out + err, code: error ? Number(error.code) : 0 }),
    )
  })
const write = (version: string) => {
  mkdirSync(join(folder, 'parcel'), { recursive: true })
  const manifest = { ...minimalManifest('parcel'), version, permissions: { storage: { bytes: 1000 } } }
  writeFileSync(join(folder, 'parcel/plugin.json'), JSON.stringify(manifest))
  writeFileSync(join(folder, 'parcel/index.ts'), 'export default { gateway: () => ({}) }')
}

test('an author makes a key, packs, signs and verifies; the key is for nobody else', async () => {
  write('1.0.0')
  const made = await plugin('keygen', 'author.pem')
  assert.match(made.text, /fingerprint: ([0-9a-f]{4} ){7}/)
  assert.equal(statSync(join(folder, 'author.pem')).mode & 0o777, 0o600)
  assert.equal((await plugin('keygen', 'author.pem')).code, 1, 'a key is never written over')
  await plugin('pack', 'parcel')
  const first = readFileSync(join(folder, 'parcel-1.0.0.berth-plugin'), 'utf8')
  await plugin('pack', 'parcel', '--out', 'again.berth-plugin')
  assert.equal(readFileSync(join(folder, 'again.berth-plugin'), 'utf8'), first)
  const unsigned = await plugin('verify', 'again.berth-plugin')
  assert.deepEqual([unsigned.code, /nobody has signed/.test(unsigned.text)], [1, true])
  await plugin('sign', 'parcel-1.0.0.berth-plugin', '--key', 'author.pem')
  const verified = await plugin('verify', 'parcel-1.0.0.berth-plugin')
  assert.deepEqual([verified.code, /whole, signed by/.test(verified.text)], [0, true])
})

test('a mistake in plugin.json is told with its line and what was meant, by every command that reads a folder', async () => {
  mkdirSync(join(folder, 'mistaken'))
  const manifest = JSON.stringify({ ...minimalManifest('mistaken'), limits: { fetchs: 60 } }, null, 2)
  writeFileSync(join(folder, 'mistaken/plugin.json'), manifest)
  writeFileSync(join(folder, 'mistaken/index.ts'), 'export default { gateway: () => ({}) }')
  const line = manifest.split('\n').findIndex((one) => one.includes('fetchs')) + 1
  for (const command of ['pack', 'install', 'inspect', 'test']) {
    const { text, code } = await plugin(command, 'mistaken')
    const told = `mistaken/plugin.json does not fit: limits (line ${line} column 5): the key "fetchs" is not known; did you mean "fetches"? (`
    assert.ok(text.includes(told), `${command}: ${text}`)
    assert.equal(code, 1, command)
  }
})

test('a list of packages is signed, and only of packages that are', async () => {
  const options = ['--key', 'author.pem', '--name', 'Ours']
  const made = await plugin('index', 'parcel-1.0.0.berth-plugin', ...options)
  assert.match(made.text, /index\.json: 1 plugins, kept by ([0-9a-f]{4} ){7}/)
  const { name, plugins } = readIndex(readFileSync(join(folder, 'index.json'), 'utf8'))
  assert.deepEqual(
    [name, plugins.map(({ id, address }) => [id, address])],
    ['Ours', [['parcel', 'parcel-1.0.0.berth-plugin']]],
  )
  const unsigned = await plugin('index', 'again.berth-plugin', ...options)
  assert.deepEqual([unsigned.code, /Nobody has signed/.test(unsigned.text)], [1, true])
})

test('an administrator reads what is asked for before it is granted', async () => {
  const asked = await plugin('install', 'parcel-1.0.0.berth-plugin')
  assert.equal(asked.code, 1)
  assert.match(asked.text, /storage 1000/)
  assert.match(asked.text, /Nothing was installed/)
  const unsigned = await plugin('install', 'again.berth-plugin', '--grant')
  assert.match(unsigned.text, /Nobody has signed.* The option for that: --allow-unsigned\n/)
  assert.equal(unsigned.code, 1)
  const folder = await plugin('install', 'parcel', '--grant')
  assert.match(folder.text, /Nobody has signed/)
  assert.equal(folder.code, 1)
  const installed = await plugin('install', 'parcel-1.0.0.berth-plugin', '--grant')
  assert.match(
    installed.text,
    /parcel 1\.0\.0 is installed\. Set it up in the admin area: \/admin\/plugins\/parcel\/new\n/,
  )
  await plugin('disable', 'parcel')
  assert.match((await plugin('list')).text, /parcel 1\.0\.0 {2}package, disabled/)
  assert.equal((await plugin('logs', 'parcel')).code, 0)
})

test('the list says whether a plugin is on, and of one that is set up whether it waits for a grant', async () => {
  assert.match((await plugin('list')).text, /stripe \S+ {2}bundled, enabled\n/)
  const db = openSqlite({ file: join(folder, 'data/berth.db'), synchronous: 'off' })
  const times = { created_at: '2026-01-15T12:00:00.000Z', updated_at: '2026-01-15T12:00:00.000Z' }
  const row = { id: 'plg_s', plugin_id: 'stripe', name: 'Cards', settings: '{}', status: 'active', ...times }
  await db.insert('plugin_instances', [row])
  const waits = 'asks for more than it was granted'
  const cards = ' {2}plg_s Cards \\(active\\)'
  assert.match((await plugin('list')).text, new RegExp(`bundled, enabled, ${waits}\n${cards}`))
  await plugin('disable', 'stripe')
  assert.match((await plugin('list')).text, new RegExp(`bundled, disabled, ${waits}\n${cards}`))
  await plugin('enable', 'stripe')
  await db.run(sql`delete from plugin_instances`)
  await db.close()
})

test('an upgrade is rolled back', async () => {
  write('1.1.0')
  await plugin('pack', 'parcel')
  await plugin('sign', 'parcel-1.1.0.berth-plugin', '--key', 'author.pem')
  assert.match((await plugin('install', 'parcel-1.1.0.berth-plugin', '--grant')).text, /in place of 1\.0\.0/)
  assert.match(
    (await plugin('install', 'parcel-1.0.0.berth-plugin', '--grant')).text,
    /is installed as 1\.1\.0.* The option for that: --allow-lower\n/,
  )
  await plugin('keygen', 'other.pem')
  await plugin('sign', 'parcel-1.1.0.berth-plugin', '--key', 'other.pem')
  const other = await plugin('install', 'parcel-1.1.0.berth-plugin', '--grant')
  assert.match(other.text, /The option for that: --accept-author "([0-9a-f]{4} ){7}[0-9a-f]{4}"\n/)
  assert.equal(other.code, 1)
  assert.match((await plugin('roll-back', 'parcel')).text, /parcel 1\.0\.0 runs again/)
})

test('removing says what goes for good, and is refused where nobody can be asked', async () => {
  const told = await plugin('remove', 'parcel')
  assert.equal(told.code, 1)
  assert.match(
    told.text,
    /Removing A plugin of the tests \(parcel\) 1\.0\.0 erases for good:\n {2}all its packages/,
  )
  assert.match(told.text, /Nothing was removed.* "berth plugin remove parcel --yes"/)
  assert.match((await plugin('list')).text, /parcel/)
  const done = await plugin('remove', 'parcel', '--yes')
  assert.deepEqual([done.code, /parcel was removed\./.test(done.text)], [0, true])
  assert.doesNotMatch((await plugin('list')).text, /parcel/)
  for (const flags of [[], ['--yes']]) {
    const bundled = await plugin('remove', 'stripe', ...flags)
    assert.deepEqual([bundled.code, /comes with Berth/.test(bundled.text)], [1, true])
  }
})

test('a grant shows what is asked for and what is there, and is given whole', async () => {
  const asked = await plugin('grant', 'pterodactyl')
  assert.match(asked.text, /\(pterodactyl\) \S+\nAsks for \("!" is grave, "\+" is new\):\n/)
  assert.match(asked.text, /Nobody has granted it anything yet\.\nNothing was granted\. Say --all/)
  assert.equal(asked.code, 1)
  const lines = asked.text.split('\n').filter((line) => /^ {2}[! ] \S/.test(line))
  const keys = lines.map((line) => line.slice(4))
  assert.ok(keys.length > 1, asked.text)
  const part = await plugin('grant', 'pterodactyl', keys[0]!)
  assert.ok(part.text.includes(`asks for what was not granted: ${keys.slice(1).join('; ')}.`), part.text)
  assert.equal(part.code, 1)
  const all = await plugin('grant', 'pterodactyl', ...keys)
  assert.deepEqual([all.code, /pterodactyl may do all that it asks for\.\n/.test(all.text)], [0, true])
  const after = await plugin('grant', 'pterodactyl')
  assert.equal(after.code, 0, after.text)
  assert.match(after.text, /Has all that it asks for \("!" is grave\):\n/)
  assert.ok(keys.every((key) => after.text.includes(key)))
  const again = await plugin('grant', 'pterodactyl', keys[0]!)
  assert.deepEqual([again.code, /asks for nothing that it does not have/.test(again.text)], [1, true])
  const unknown = await plugin('grant', 'nothing')
  assert.deepEqual([unknown.code, /nothing/.test(unknown.text)], [1, true])
})

test('a grant marks what is new to a plugin that has something, and --all grants that', async () => {
  await plugin('grant', 'stripe', '--all')
  const db = openSqlite({ file: join(folder, 'data/berth.db'), synchronous: 'off' })
  const row = (await db.get<{ manifest: string }>(sql`select manifest from plugins where id = 'stripe'`))!
  const { kinds, ...rest } = JSON.parse(row.manifest) as { kinds: { gateway: string[] } }
  const before = { ...rest, kinds: { gateway: kinds.gateway.filter((name) => name !== 'refund') } }
  await db.run(
    sql`update plugins set asks = manifest, manifest = ${JSON.stringify(before)} where id = 'stripe'`,
  )
  const asked = await plugin('grant', 'stripe')
  assert.match(asked.text, /\n \+[! ] kind gateway: refund\n/)
  assert.match(asked.text, /\n {2}[! ] kind gateway: [^\n]*test_connection/)
  assert.equal(asked.code, 1)
  assert.match((await plugin('grant', 'stripe', '--all')).text, /stripe may do all that it asks for\.\n/)
  const audit = await db.all(sql`select id from audit where action = 'plugin.grant' and subject = 'stripe'`)
  assert.equal(audit.length, 2)
  await db.close()
})
