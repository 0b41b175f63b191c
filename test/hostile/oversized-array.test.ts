import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: what kills the engine kills only its process, and the next one serves the others', async () => {
  const code = 'const a = []; a.length = 200_000_000; a.fill(1); return a.length'
  await attack('oversized-array', { code }, ({ failure }) => {
    assert.ok(failure === 'E_MEMORY' || failure === 'E_HOST_LOST' || failure === 'E_TIMEOUT', String(failure))
  })
})
