// What must hold, 3: every call ends by its deadline.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: every call ends by its deadline; a promise that never settles ends with E_TIMEOUT', async () => {
  const code = 'await new Promise(() => {})'
  await attack('never-settles', { code, deadlineMs: 700 }, ({ failure, message, tookMs }) => {
    assert.equal(failure, 'E_TIMEOUT')
    assert.match(message ?? '', /deadline 700 ms/)
    assert.ok(tookMs >= 690 && tookMs < 1_200, `took ${tookMs} ms`)
  })
})
