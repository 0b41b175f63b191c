// Bridge rule 4: the text of an answer is made inside, and what cannot be text is an error of the plugin.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test("rule: a circle as an answer is the plugin's own error", async () => {
  const source = `export default { gateway: () => ({
    async test_connection() { const a = {}; a.a = a; return a } }) }`
  await attack('circular-answer', { source }, ({ failure, message }) => {
    assert.equal(failure, 'E_PLUGIN')
    assert.match(message ?? '', /circular structure/)
  })
})
