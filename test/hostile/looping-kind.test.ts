// Limits: whatever runs of a plugin runs within its slice, getters of its export too.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: a getter that loops where the runtime looks for the kind ends with E_TIMEOUT', async () => {
  const source = `export default { get gateway() { for (;;); } }`
  await attack('looping-kind', { source }, ({ failure, message }) => {
    assert.equal(failure, 'E_TIMEOUT')
    assert.match(message ?? '', /one run of 500 ms/)
  })
})
