// Bridge rule 8: the permission is checked in core.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: an ask whose permission is not declared is refused in core', async () => {
  const source = `export default { gateway: (context) => ({
    async test_connection() {
      const detail = await context.storage.set('a', 1).catch((error) => error.code + ' ' + error.message)
      return { ok: true, steps: [{ name: 'run', ok: true, detail }] }
    } }) }`
  await attack('undeclared-storage', { source }, ({ report }) => {
    assert.equal(report, 'E_DENIED Storage is not declared.')
  })
})
