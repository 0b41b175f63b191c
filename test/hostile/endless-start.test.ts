// Limits: an isolate has 2 s to start.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: a top level that loops ends after two seconds and says so', async () => {
  await attack(
    'endless-start',
    { source: 'for (;;);', deadlineMs: 8_000 },
    ({ failure, message, tookMs }) => {
      assert.equal(failure, 'E_PLUGIN')
      assert.match(message ?? '', /it did not start: Script execution timed out/)
      assert.ok(tookMs < 5_000, `took ${tookMs} ms`)
    },
  )
})
