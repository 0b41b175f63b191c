// Bridge rule 1: only text crosses; a function is no data.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: a function as an answer does not leave the isolate', async () => {
  const source = `export default { gateway: () => ({ async test_connection() { return () => globalThis } }) }`
  await attack('no-data-answer', { source }, ({ failure, message }) => {
    assert.equal(failure, 'E_INVALID_RESULT')
    assert.match(message ?? '', /it is not data/)
  })
})
