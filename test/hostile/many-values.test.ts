// Bridge rule 7: an answer has at most 20 000 values.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: an answer of more than 20 000 values is refused before it is built', async () => {
  const source = `export default { gateway: () => ({
    async test_connection() { return Array(20_001).fill(1) } }) }`
  await attack('many-values', { source }, ({ failure, message }) => {
    assert.equal(failure, 'E_INVALID_RESULT')
    assert.match(message ?? '', /more than 20000 values/)
  })
})
