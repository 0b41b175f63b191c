// Bridge rule 3: own tables are written by definition on objects without prototype.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: traps on every prototype give a plugin neither our callback nor another call', async () => {
  const code = `
    const seen = []
    const numbers = Array.from({ length: 50 }, (_, n) => String(n))
    for (const proto of [Object.prototype, Array.prototype, Function.prototype, Promise.prototype]) {
      for (const name of [...numbers, 'id', 'call', 'out', 'pure', 'asks', 'then', 'gateway', 'value', 'get', 'set']) {
        try {
          Object.defineProperty(proto, name, { configurable: true, set(value) { seen.push(typeof value) } })
        } catch {}
      }
    }
    JSON.stringify = () => 'stolen'
    JSON.parse = () => ({})
    await new Promise((done) => setTimeout(done, 1))
    await context.storage.get('a')
    return seen.filter((kind) => kind === 'function').length + ' functions'`
  const manifest = { permissions: { storage: { bytes: 1_000 } } }
  await attack('prototype-traps', { code, manifest, deadlineMs: 1_500 }, ({ report }) =>
    assert.equal(report, '0 functions'),
  )
})
