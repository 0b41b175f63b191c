// Bridge rule 4: the length is checked before the answer leaves.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: an answer has 1 MiB; a larger one does not leave the isolate', async () => {
  await attack('huge-answer', { code: `return 'x'.repeat(2_000_000)` }, ({ failure, message }) => {
    assert.equal(failure, 'E_INVALID_RESULT')
    assert.match(message ?? '', /: it is larger than 1 MiB/)
  })
})
