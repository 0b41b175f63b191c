// Isolate life: an isolate whose heap stays above 70 % of its limit is replaced after the call that filled it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { report } from '../plugins/support/setup.ts'
import { attack } from './hostile.ts'

test('rule: a leak over many calls costs the plugin its globals and nobody a call', async () => {
  const code = `
    globalThis.kept = globalThis.kept ?? []
    kept.push(new Uint8Array(6_000_000).fill(1))
    return String(kept.length)`
  const manifest = { limits: { isolates: 1 } }
  await attack('slow-leak', { code, manifest }, async ({ report: first, bench, instance }) => {
    const counts = [first]
    for (let i = 0; i < 19; i++) counts.push(await report(bench, instance))
    assert.deepEqual(counts, [...count(8), ...count(8), ...count(4)])
    assert.deepEqual(bench.incidents, [])
  })
})

const count = (to: number) => Array.from({ length: to }, (_, i) => String(i + 1))
