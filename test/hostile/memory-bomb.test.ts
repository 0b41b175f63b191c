// Limits: memory of an isolate.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: an isolate has 64 MB; growing without end fails that call alone', async () => {
  const code = 'const held = []; for (;;) held.push(new Array(10_000).fill({ a: 1 }))'
  await attack('memory-bomb', { code, manifest: { limits: { slice_ms: 2_000 } } }, ({ failure }) =>
    assert.equal(failure, 'E_MEMORY'),
  )
})
