import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { bundlePlugin, readPackage, writePackage } from '../../core/plugins/index.ts'
import { minimalManifest } from './support/setup.ts'

let folder = ''
before(async () => void (folder = await mkdtemp(join(tmpdir(), 'berth-bundle-'))))
after(() => rm(folder, { recursive: true }))
beforeEach(() => rm(join(folder, 'index.ts'), { force: true }))
const write = (text: string) => writeFile(join(folder, 'index.ts'), text)
const bundle = () => bundlePlugin(folder, join(folder, 'dist'))

test('a plugin that uses definePlugin and money carries neither schemas nor typebox', async () => {
  await write(`import { definePlugin, money } from '@berth/sdk'
    export default definePlugin({ hooks: () => ({ 'invoice.paid': async () => void money(1, 'EUR') }) })`)
  const { code, hash } = await bundle()
  assert.ok(code.length < 5_000, `${code.length} characters`)
  assert.match(hash, /^[0-9a-f]{64}$/)
  assert.deepEqual(await bundle(), { code, hash })
})

test('a changed source makes another bundle', async () => {
  await write('export default { a: 1 }')
  const first = await bundle()
  await write('export default { a: 2 }')
  assert.notEqual((await bundle()).hash, first.hash)
})

test('a plugin cannot be bundled with a module of Node', async () => {
  await write(`import { readFileSync } from 'node:fs'\nexport default { readFileSync }`)
  await assert.rejects(bundle(), { code: 'plugin.bundle_failed', message: /node:fs/ })
})

test('a bundle larger than 1 MiB is refused', async () => {
  await write(`export default { text: '${'x'.repeat(1_100_000)}' }`)
  await assert.rejects(bundle(), {
    code: 'plugin.bundle_failed',
    message: /1048576 is the most \(limits\.bundle_bytes/,
  })
})

test('a larger one is bundled and packed where its manifest asks for it, and no larger than it asks', async () => {
  const code = (length: number) => write(`export default { text: '${'x'.repeat(length)}' }`)
  const limits = { bundle_bytes: 4 * 1024 * 1024 }
  await code(4_100_000)
  const { code: bundled } = await bundlePlugin(folder, join(folder, 'dist'), { limits })
  assert.ok(bundled.length > 4_100_000)
  const pack = (asked: object) => {
    const manifest = JSON.stringify({ ...minimalManifest('large'), limits: asked })
    return readPackage(writePackage({ 'plugin.json': manifest, 'bundle.js': bundled }, null))
  }
  assert.equal(pack(limits).bundle.code, bundled)
  assert.throws(() => pack({ bundle_bytes: 4_000_000 }), /its bundle is larger than 4000000 bytes/)
  assert.throws(() => pack({}), /its bundle is larger than 1048576 bytes/)
  await code(4_200_000)
  await assert.rejects(bundlePlugin(folder, join(folder, 'dist'), { limits }), /4194304 is the most/)
})

test('the browser file is bundled beside, from TypeScript too, and changes the hash', async () => {
  await write('export default { a: 1 }')
  await mkdir(join(folder, 'browser'), { recursive: true })
  await writeFile(join(folder, 'browser', 'say.ts'), `export const say: string = 'hello'`)
  const file = (text: string) => writeFile(join(folder, 'browser', 'fields.ts'), text)
  const grant = { permissions: { browser: { file: 'browser/fields.ts' } } }
  const made = () => bundlePlugin(folder, join(folder, 'dist'), grant)
  await file(`import { say } from './say.ts'\nparent.postMessage(say)`)
  const first = await made()
  assert.match(first.browser!, /parent\.postMessage\(.*\)/)
  assert.match(first.browser!, /hello/)
  assert.notEqual(first.hash, (await bundle()).hash)
  assert.deepEqual(await made(), first)
  await file(`parent.postMessage('other')`)
  const second = await made()
  assert.equal(second.code, first.code)
  assert.notEqual(second.hash, first.hash)
  await file(`globalThis.text = '${'x'.repeat(270_000)}'`)
  await assert.rejects(made(), { code: 'plugin.bundle_failed', message: /262144 is the most/ })
})
