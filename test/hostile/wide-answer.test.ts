// Limits: 1 MiB is counted in bytes, not in characters.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: a million characters of three bytes are more than 1 MiB', async () => {
  await attack('wide-answer', { code: `return '€'.repeat(1_000_000)` }, ({ failure, message }) => {
    assert.equal(failure, 'E_INVALID_RESULT')
    assert.match(message ?? '', /a message is larger than 1 MiB/)
  })
})
