// Permissions, hooks: who refuses says why, in at most 500 characters.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import '../../core/clients/index.ts'
import { attack } from './hostile.ts'

const input = {
  ...{ noun: 'client', transition: 'close', subject: 'cli_a', from: 'active', to: 'closed', brand_id: null },
  ...{ client_id: 'cli_a', actor_kind: 'staff', reason: null, facts: {} },
}

test('rule: a refusal without a reason, or with a book for one, has not answered', async () => {
  const source = `export default { gateway: () => ({ async test_connection() { return { ok: true, steps: [] } } }),
    check: (context) => ({ 'client.close:check': async (value) => { return { allow: false, message: 'x'.repeat(501) } } }) }`
  const manifest = { hooks: ['client.close:check'], ...{} }
  await attack('silent-refusal', { source, manifest }, async ({ bench, instance }) => {
    const asked = bench.plugins.call(instance, 'check', 'client.close:check', {
      input: input,
      deadlineMs: 5_000,
    })
    await assert.rejects(asked, { code: 'plugin.invalid_result' })
  })
})
