// Bridge rule 7: a key that the schema does not name is an error.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: an answer with a key that nobody asked for is refused', async () => {
  const source = `export default { gateway: () => ({
    async test_connection() { return { ok: true, steps: [], paid: true } } }) }`
  await attack('unknown-key', { source }, ({ failure, message }) => {
    assert.equal(failure, 'E_INVALID_RESULT')
    assert.match(message ?? '', /the key "paid" is not known/)
  })
})
