// Permissions, kinds: core calls nothing that the manifest does not list.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: an operation that the code has and the manifest has not is never called', async () => {
  const source = `export default { gateway: () => ({
    async test_connection() { return { ok: true, steps: [] } },
    async look_up() { return { outcome: 'succeeded' } } }) }`
  await attack('uncalled-operation', { source }, async ({ bench, instance }) => {
    const input = { payment_id: 'pay_1', idempotency_key: 'k' }
    await assert.rejects(bench.plugins.call(instance, 'gateway', 'look_up', { input, deadlineMs: 5_000 }), {
      code: 'plugin.denied',
      message: /does not list this operation/,
    })
  })
})
