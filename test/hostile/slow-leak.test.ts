// Isolate life: an isolate whose heap stays above 70 % of its limit is replaced after the call that filled it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { report } from '../plugins/support/setup.ts'
import { attack } from './hostile.ts'

const LEAK = `
  globalThis.kept = globalThis.kept ?? []
  kept.push(new Uint8Array(6_000_000).fill(1))
  return String(kept.length)`

test('rule: a leak over many calls costs the plugin its globals and nobody a call', () =>
  leak('slow-leak', LEAK))

test('rule: what a call leaks after its first run is seen as well', () =>
  leak('slow-leak-after-question', `await context.storage.get('a')\n${LEAK}`))

async function leak(id: string, code: string): Promise<void> {
  const manifest = { limits: { isolates: 1 }, permissions: { storage: { bytes: 1_000 } } }
  await attack(id, { code, manifest }, async ({ report: first, bench, instance }) => {
    const counts = [first]
    for (let i = 0; i < 19; i++) counts.push(await report(bench, instance))
    assert.deepEqual(counts, [...count(8), ...count(8), ...count(4)])
    assert.deepEqual(bench.incidents, [])
  })
}

const count = (to: number) => Array.from({ length: to }, (_, i) => String(i + 1))
