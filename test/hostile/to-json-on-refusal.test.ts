// Bridge rule 4 and limits: a message has 1 MiB, and the host process measures it again.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: an error made large by a trap on toJSON is stopped in the host process', async () => {
  const code = `Object.prototype.toJSON = () => 'x'.repeat(3_000_000); throw new Error('small')`
  await attack('to-json-on-refusal', { code }, ({ failure, message }) => {
    assert.equal(failure, 'E_INVALID_RESULT')
    assert.match(message ?? '', /a message is larger than 1 MiB/)
  })
})
