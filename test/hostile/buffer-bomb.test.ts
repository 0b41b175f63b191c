// Limits: memory outside the heap counts.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: memory outside the heap counts; buffers without end fail inside', async () => {
  const code = `const held = []
    try { for (;;) held.push(new Uint8Array(8_000_000).fill(1)) } catch (error) { return error.name }`
  await attack('buffer-bomb', { code }, ({ report }) => assert.equal(report, 'RangeError'))
})
