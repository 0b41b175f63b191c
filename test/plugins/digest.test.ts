import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, test } from 'node:test'
import { openTestInstance } from '../../sdk/test-kit/index.ts'
import { loadWritten, openBench, report, reporting } from './support/setup.ts'

const bench = openBench()
after(() => bench.plugins.stop())

const ALGORITHMS = ['md5', 'sha1', 'sha256', 'sha384', 'sha512'] as const
const TEXTS = ['', 'abc', 'Grüße €', 'x'.repeat(100_000)]

const secret = { type: 'string', secret: true }
const withKey = {
  settings: { type: 'object', properties: { key: secret } },
  permissions: { secrets: [{ name: 'key', use: 'digest' }] },
}

async function run(code: string, manifest: Record<string, unknown> = {}): Promise<unknown> {
  const plugin = await loadWritten('digest', {
    code: reporting(`const run = async () => { ${code} }
      try { return JSON.stringify(await run()) } catch (error) { return JSON.stringify([error.name, error.code, error.message]) }`),
    manifest,
  })
  return JSON.parse(await report(bench, bench.instance(plugin, { secretValues: { key: 'value' } })))
}

const expected = ALGORITHMS.map((name) => TEXTS.map((text) => createHash(name).update(text).digest('hex')))

test('plain texts are hashed in a plugin that declares nothing at all, MD5 too', async () => {
  const each = (make: string) =>
    `const all = []
     for (const name of ${JSON.stringify(ALGORITHMS)}) {
       const made = []
       for (const text of ['', 'abc', 'Grüße €', 'x'.repeat(100_000)]) made.push(${make})
       all.push(made)
     }
     return all`
  assert.deepEqual(await run(each('context.digest(name, text)')), expected)
  assert.deepEqual(await run(each('context.digest(name, new TextEncoder().encode(text))')), expected)
  assert.deepEqual(
    await run(each('await context.secret.digest(name, [text.slice(0, 2), text.slice(2)])')),
    expected,
  )
  assert.deepEqual(bench.incidents, [])
})

test('a digest over a secret is still asked of core, and a token is never hashed for its value', async () => {
  const sum = createHash('md5').update('a:value').digest('hex')
  assert.equal(
    await run(`return await context.secret.digest('md5', ['a:', context.settings.key])`, withKey),
    sum,
  )
  assert.deepEqual(await run(`return context.digest('md5', 'a:' + context.settings.key)`, withKey), [
    ...['TypeError', null],
    'A secret is hashed with context.secret.digest.',
  ])
  assert.deepEqual(await run(`return context.digest('md4', 'a')`), [
    ...['TypeError', null],
    'The algorithm "md4" is not known.',
  ])
  assert.deepEqual(
    await run(`return await context.secret.digest('md5', ['bsk_' + '0'.repeat(24) + '.raw..key.end'])`),
    ['Error', 'E_DENIED', 'No secret is declared.'],
  )
})

test('the test kit hashes as the sandbox does', async () => {
  const { context, close } = openTestInstance({ secrets: { key: 'value' } })
  assert.deepEqual(
    ALGORITHMS.map((name) => TEXTS.map((text) => context.digest(name, text))),
    expected,
  )
  const sum = createHash('md5').update('a:value').digest('hex')
  assert.equal(await context.secret.digest('md5', ['a:', context.secret.header('key')]), sum)
  assert.throws(() => context.digest('md5', context.secret.header('key')), /context\.secret\.digest/)
  close()
})
