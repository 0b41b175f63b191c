import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { loadWritten, openBench, report, reporting } from './support/setup.ts'

const bench = openBench()
after(() => bench.plugins.stop())

async function run(code: string, bytes = 100_000) {
  const source = reporting(`const { storage } = context
    const reason = (asked) => asked.then(() => 'done', (error) => error.code + ' ' + error.message); ${code}`)
  const plugin = await loadWritten('storing', {
    code: source,
    manifest: { permissions: { storage: { bytes } } },
  })
  return report(bench, bench.instance(plugin))
}

test('values come back with their version, and keys by prefix', async () => {
  const code = `await storage.set('a.1', { x: [1] }); await storage.set('a.1', { x: [2] }); await storage.set('b', null)
    await storage.set('a.2', 1); await storage.remove('a.2')
    return [await storage.get('a.1'), await storage.get('none'), await storage.list('a.')]`
  assert.equal(await run(code), '[{"value":{"x":[2]},"version":2},null,["a.1"]]')
})

test('compare-and-set refuses a version that has passed', async () => {
  const code = `const first = await storage.set('k', 1, 0)
    return [first, await reason(storage.set('k', 2, 0)), await storage.set('k', 2, first)]`
  assert.equal(await run(code), '[1,"E_CONFLICT The entry \\"k\\" was changed meanwhile.",2]')
})

test('a value has 64 KiB and an instance its granted bytes', async () => {
  const code = `return [await reason(storage.set('k', 'x'.repeat(70_000))), await reason(storage.set('k', 'x'.repeat(60_000))),
    await reason(storage.set('l', 'x'.repeat(60_000))), await reason(storage.set('k', 'y'.repeat(60_000)))]`
  assert.deepEqual(JSON.parse(await run(code)), [
    'E_LIMIT The value of "k" has 70002 bytes; 65536 is the most.',
    'done',
    'E_LIMIT The storage is full: 100000 bytes are granted.',
    'done',
  ])
})

test('instances do not see each other', async () => {
  assert.equal(await run(`await storage.set('mine', 1); return await storage.list('')`), '["mine"]')
  assert.equal(await run(`return await storage.list('')`), '[]')
})
