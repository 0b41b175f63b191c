// Bridge rule 4: of an error only its message crosses.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: neither the stack nor other fields of an error reach core', async () => {
  const code = `throw Object.assign(new Error('short'), { stack: 'at /etc/passwd', code: 'E_DENIED', cause: 'x' })`
  await attack('error-stack', { code }, ({ failure, message }) => {
    assert.equal(failure, 'E_PLUGIN')
    assert.match(message ?? '', /gateway\.test_connection: short$/)
  })
})
