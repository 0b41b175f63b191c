// Bridge rule 3: own tables are written by definition on objects without prototype.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: traps on every prototype give a plugin neither our callback nor another call', async () => {
  const code = `
    const seen = []
    for (const proto of [Object.prototype, Array.prototype, Function.prototype, Promise.prototype]) {
      for (const name of ['id', 'call', 'out', 'pure', 'asks', 'then', '0', 'value', 'get', 'set']) {
        try {
          Object.defineProperty(proto, name, { configurable: true, set(value) { seen.push(typeof value) } })
        } catch {}
      }
    }
    JSON.stringify = () => 'stolen'
    JSON.parse = () => ({})
    return seen.filter((kind) => kind === 'function').length + ' functions'`
  await attack('prototype-traps', { code, deadlineMs: 1_500 }, ({ report }) =>
    assert.equal(report, '0 functions'),
  )
})
