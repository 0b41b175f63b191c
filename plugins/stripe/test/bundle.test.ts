import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { before, test } from 'node:test'
import { build, type Metafile } from 'esbuild'

const FOLDER = fileURLToPath(new URL('..', import.meta.url))
/** The most that the host runs. It bundles with the same settings as this test. */
const BYTES_MAX = 1024 * 1024

let metafile: Metafile
let bytes = 0
before(async () => {
  const result = await build({
    entryPoints: [`${FOLDER}index.ts`],
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    format: 'iife',
    platform: 'browser',
    conditions: ['workerd', 'worker'],
    logLevel: 'silent',
  })
  metafile = result.metafile
  bytes = result.outputFiles[0]?.contents.length ?? 0
})

test('the protocol comes from the package: its sender, its forms, its signatures, its web client', () => {
  const inputs = Object.keys(metafile.inputs)
  for (const part of [
    'RequestSender',
    'utils',
    'Webhooks',
    'net/FetchHttpClient',
    'crypto/SubtleCryptoProvider',
  ])
    assert.ok(
      inputs.some((path) => path.endsWith(`node_modules/stripe/esm/${part}.js`)),
      part,
    )
  const foreign = inputs.filter(
    (path) => !/node_modules\/(stripe|typebox)\/|^plugins\/stripe\/|^sdk\//.test(path),
  )
  assert.deepEqual(foreign, [])
  assert.ok(bytes > 0 && bytes < BYTES_MAX, `${bytes} bytes`)
})

test('nothing of Node comes along', () => {
  const imports = Object.values(metafile.inputs).flatMap((input) => input.imports)
  assert.deepEqual(
    imports.filter(({ path, external }) => external === true || path.startsWith('node:')),
    [],
  )
})

const OWN_PROTOCOL: [string, RegExp][] = [
  ['a path or host of the API', /\/v1\/|api\.stripe\.com/],
  ['form encoding', /URLSearchParams|encodeURIComponent|x-www-form-urlencoded|FormData/],
  ['an HMAC or digest', /hmac|createHash|subtle\.(sign|digest|importKey)|sha256/i],
  ['headers of the protocol', /Stripe-Version|Idempotency-Key|authorization/i],
  ['something of Node', /node:|\bBuffer\b|\bprocess\b|require\(/],
]

test('our files hold no line of the protocol', async () => {
  const files = (await readdir(FOLDER)).filter((name) => name.endsWith('.ts'))
  assert.ok(files.length > 10)
  for (const file of files) {
    const text = await readFile(FOLDER + file, 'utf8')
    for (const [what, pattern] of OWN_PROTOCOL) assert.doesNotMatch(text, pattern, `${file} holds ${what}`)
  }
})

test('the version of the shapes is the one that the package was made for', async () => {
  const version = /export const ApiVersion = '(.+)'/
  const packaged = await readFile(`${FOLDER}../../node_modules/stripe/esm/apiVersion.js`, 'utf8')
  const ours = await readFile(`${FOLDER}connect.ts`, 'utf8')
  assert.equal(/API_VERSION = '(.+)'/.exec(ours)?.[1], version.exec(packaged)?.[1])
})
