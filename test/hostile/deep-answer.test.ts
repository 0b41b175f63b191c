// Bridge rule 7: depth of an answer.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: an answer nested deeper than 32 levels is refused before it is built', async () => {
  const source = `export default { gateway: () => ({
    async test_connection() {
      let value = []
      for (let i = 0; i < 5_000; i++) value = [value]
      return value
    } }) }`
  await attack('deep-answer', { source }, ({ failure, message }) => {
    assert.equal(failure, 'E_INVALID_RESULT')
    assert.match(message ?? '', /nested deeper than 32 levels/)
  })
})
