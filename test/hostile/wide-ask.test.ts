// Limits: one question is counted in bytes, not in characters.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: a question of a million wide characters ends its call', async () => {
  const source = `export default { gateway: (context) => ({
    async test_connection() { await context.storage.set('a', '€'.repeat(1_000_000)) } }) }`
  const manifest = { permissions: { storage: { bytes: 1_000_000 } } }
  await attack('wide-ask', { source, manifest }, ({ failure, message }) => {
    assert.equal(failure, 'E_INVALID_RESULT')
    assert.match(message ?? '', /a message is larger than 1 MiB/)
  })
})
