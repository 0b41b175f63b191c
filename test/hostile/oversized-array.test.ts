// When it fails, 4: a catastrophic error ends the process alone.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: what kills the engine kills only its process, and the next one serves the others', async () => {
  const code = 'const a = []; a.length = 200_000_000; a.fill(1); return a.length'
  await attack('oversized-array', { code, deadlineMs: 20_000 }, ({ failure, bench }) => {
    assert.equal(failure, 'E_HOST_LOST')
    assert.match(bench.incidents[0]?.detail ?? '', /^all: /)
  })
})
