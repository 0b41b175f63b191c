// Bridge rule 7: forbidden keys.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: the keys __proto__, constructor and prototype never enter core', async () => {
  const source = `export default { gateway: () => ({
    async test_connection() {
      return JSON.parse('{"ok":true,"steps":[],"__proto__":{"polluted":true}}')
    } }) }`
  await attack('proto-pollution', { source }, ({ failure, message }) => {
    assert.equal(failure, 'E_INVALID_RESULT')
    assert.match(message ?? '', /it uses the key "__proto__"/)
    assert.equal(Reflect.get({}, 'polluted'), undefined)
  })
})
