// Limits: 200 questions a call.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: the two hundred and first question of a call is not asked', async () => {
  const source = `export default { gateway: (context) => ({
    async test_connection() {
      let asked = 0
      try { for (;;) { await context.storage.get('a'); asked++ } }
      catch (error) { return { ok: true, steps: [{ name: 'run', ok: true, detail: asked + ' ' + error.message }] } }
    } }) }`
  const manifest = { permissions: { storage: { bytes: 1_000 } } }
  await attack('many-asks', { source, manifest, deadlineMs: 20_000 }, ({ report }) =>
    assert.equal(report, '200 More than 200 questions in one call.'),
  )
})
