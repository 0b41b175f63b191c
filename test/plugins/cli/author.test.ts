import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { kindTables } from '../../../sdk/index.ts'
import { mapFrames } from '../../../core/cli/author/map-frames.ts'
import { newKinds } from '../../../core/cli/author/templates.ts'
import { bundlePlugin, mapPlugin } from '../../../core/plugins/index.ts'

const ROOT = join(import.meta.dirname, '../../..')
const BERTH = join(ROOT, 'bin/berth')
const folder = mkdtempSync(join(tmpdir(), 'berth-author-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const envOf = (data: string): NodeJS.ProcessEnv => ({
  ...process.env,
  ...{ BERTH_DATA_DIR: join(folder, data), LOG_LEVEL: 'error', PORT: '0' },
  // Set by the runner of this test, whose language the one of a plugin's tests would speak.
  NODE_TEST_CONTEXT: undefined,
})

/** Runs a script in the folder; answers all that it printed, and its exit code. */
const run = (script: string, args: string[], data = 'data') =>
  new Promise<{ text: string; code: number }>((done) => {
    const options = { cwd: folder, env: envOf(data) }
    const child = execFile(process.execPath, [script, ...args], options, (error, out, err) =>
      done({ text: out + err, code: error ? Number(error.code) : 0 }),
    )
    child.stdin?.end()
  })
const plugin = (...args: string[]) => run(BERTH, ['plugin', ...args])

/** What a trial says in the end. A plugin that sells nothing by itself takes part in a sale beside it. */
const PAID = /^Invoice INV-\d{4}-00001 over 10\.00 EUR is paid\.$/m
const ENDS: Readonly<Record<string, RegExp>> = {
  gateway: /^look_up: succeeded\nInvoice INV-\d{4}-00001 over 10\.00 EUR is paid\.$/m,
  provisioner: /^The service is suspended \(box_1\)\.\nThe service is live \(box_1\)\.\nThe service is gone/m,
  hooks: PAID,
  currency_rates: PAID,
  tax: /over 11\.90 EUR is paid\.\nThe sale called tax\.determine: answered .*\ntax\.validate_tax_id: \{"outcome":/,
  notification_channel:
    /is paid\.\nThe sale called notification_channel\.send: answered .*\n\S+\.target_form: \{"form":/,
  add_on: /^add_on\.list_pages: \{"pages":[\s\S]*^Not called, .*dev\.json.*: add_on\.draw_page\.$/m,
}
const TSC = join(ROOT, 'node_modules/typescript7/bin/tsc')

test('every kind that the SDK knows has a template', () => {
  assert.deepEqual([...newKinds()].sort(), [...Object.keys(kindTables), 'hooks'].sort())
})

for (const kind of newKinds())
  test(`a new plugin of kind ${kind} passes its own test and the kit, and runs in a test shop`, async () => {
    const name = `new-${kind.replaceAll('_', '-')}`
    const made = await run(join(ROOT, 'create-berth-plugin/index.js'), [name, '--kind', kind])
    assert.equal(made.code, 0, made.text)
    const tested = await plugin('test', name)
    assert.equal(tested.code, 0, tested.text)
    assert.match(tested.text, /(pass [1-9][\s\S]*fail 0)/)
    assert.match(tested.text, /^ok {6}types$/m)
    assert.match(tested.text, new RegExp(`^ok      ${name}  (\\d+) of \\1 rules hold$`, 'm'))
    if (!(kind in ENDS)) return
    const tried = await plugin('try', name)
    assert.match(tried.text, ENDS[kind]!)
    assert.equal(tried.code, 0)
  })

test('an editor finds nothing wrong in any of them', async () => {
  const options = readFileSync(join(folder, 'new-gateway/tsconfig.json'), 'utf8')
  // Types of Node stand in each folder, none above them.
  writeFileSync(
    join(folder, 'tsconfig.json'),
    options
      .replace('**/*.ts', 'new-*/**/*.ts')
      .replace('"types"', '"typeRoots": ["new-gateway/node_modules/@types"], "types"'),
  )
  assert.deepEqual(await run(TSC, ['-p', '.']), { text: '', code: 0 })
})

test('nothing is written over, and ids and kinds are those that Berth knows', async () => {
  await plugin('new', 'twice', '--kind', 'gateway')
  const again = await plugin('new', 'twice', '--kind', 'hooks')
  assert.deepEqual([again.code, /there already/.test(again.text)], [1, true])
  assert.match(readFileSync(join(folder, 'twice/plugin.json'), 'utf8'), /"gateway"/)
  assert.match((await plugin('new', 'Wrong_Id', '--kind', 'gateway')).text, /cannot be the id/)
  assert.match(
    (await plugin('new', 'third', '--kind', 'teapot')).text,
    /one of: gateway, provisioner, hooks, registrar/,
  )
})

test('a plugin whose test fails, or that sells nothing, exits 1 and says why', async () => {
  await plugin('new', 'broken', '--kind', 'gateway')
  const file = join(folder, 'broken/index.ts')
  const text = readFileSync(file, 'utf8')
  writeFileSync(
    file,
    text.replace("outcome: 'succeeded', reference: id, amount", "outcome: 'pending', reference: id, amount"),
  )
  assert.equal((await plugin('test', 'broken')).code, 1)
  writeFileSync(
    file,
    text.replace("case 'paid':", "case 'paid':\n      return { outcome: 'pending', reference: id }"),
  )
  const tried = await plugin('try', 'broken')
  assert.deepEqual(
    [tried.code, /The trial went wrong\. Invoice INV-\d{4}-00001 is issued/.test(tried.text)],
    [1, true],
  )
  writeFileSync(file, text.replace('return outcomeOf(payment)', 'return { outcome: payment.nothing }'))
  assert.match(
    (await plugin('try', 'broken')).text,
    /^error .*gateway\.start_payment: its answer does not fit/m,
  )
  const dev = join(folder, 'broken/dev.json')
  writeFileSync(dev, readFileSync(dev, 'utf8').replace('"api_key"', '"apikey"'))
  assert.match((await plugin('try', 'broken')).text, /dev\.json does not fit: .*api_key/)
})

test('a folder that holds no plugin is named, without a stack', async () => {
  const { code, text } = await plugin('test', 'nowhere')
  assert.deepEqual([code, /\n +at /.test(text)], [1, false])
  assert.match(text, /nowhere is no folder of a plugin/)
})

test('a plugin that passes its own tests and breaks a rule of its kind exits 1 and says which', async () => {
  await plugin('new', 'twofold', '--kind', 'gateway')
  const file = join(folder, 'twofold/index.ts')
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, text.replace('wish, idempotency_key)', 'wish, idempotency_key + Math.random())'))
  writeFileSync(join(folder, 'twofold/test/plugin.test.ts'), "import 'node:test'\n")
  const tested = await plugin('test', 'twofold')
  assert.equal(tested.code, 1)
  assert.match(tested.text, /^ +gateway\.start_payment, again: nothing is made twice \(made_once\)$/m)
})

test('the source map stands outside the bundle and leads to the author’s line', async () => {
  await plugin('new', 'mapped', '--kind', 'hooks')
  const place = join(folder, 'mapped')
  const { code, hash } = await bundlePlugin(place, join(folder, 'cache'))
  const map = await mapPlugin(place)
  assert.doesNotMatch(code, /sourceMappingURL/)
  assert.equal((await bundlePlugin(place, join(folder, 'other-cache'))).hash, hash)
  const lines = code.split('\n')
  const line = lines.findIndex((text) => text.includes('Please write to us'))
  const column = lines[line]!.indexOf('Please write to us')
  const source = readFileSync(join(place, 'index.ts'), 'utf8').split('\n')
  const wanted = source.findIndex((text) => text.includes('Please write to us')) + 1
  // One line of the host stands before the bundle, and places count from one.
  const [frame] = mapFrames([`Object.check (plugin.js:${line + 2}:${column + 1})`], map)
  assert.match(frame!, new RegExp(`^Object\\.check \\(index\\.ts:${wanted}:\\d+\\)$`))
  assert.deepEqual(mapFrames(['somewhere (runtime.js:1:2)', 'nonsense'], map), [])
})

test('a real installation is left alone', async () => {
  await plugin('new', 'kept-out', '--kind', 'hooks')
  assert.equal((await run(BERTH, ['init'], 'real')).code, 0)
  const refused = await run(BERTH, ['plugin', 'dev', 'kept-out'], 'real')
  assert.deepEqual([refused.code, /not developed in a real installation/.test(refused.text)], [1, true])
  assert.doesNotMatch((await run(BERTH, ['plugin', 'list'], 'real')).text, /kept-out/)
})
