// Permissions, hooks: each hook has a schema for both sides.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import '../../core/clients/index.ts'
import { attack } from './hostile.ts'

const input = {
  ...{ noun: 'client', transition: 'close', subject: 'cli_a', from: 'active', to: 'closed', brand_id: null },
  ...{ client_id: 'cli_a', actor_kind: 'staff', reason: null, facts: {} },
}

test('rule: a check that answers neither yes nor no has not answered', async () => {
  const source = `export default { gateway: () => ({ async test_connection() { return { ok: true, steps: [] } } }),
    check: (context) => ({ 'client.close:check': async (value) => { return { allow: 'perhaps' } } }) }`
  const manifest = { hooks: ['client.close:check'], ...{} }
  await attack('half-a-verdict', { source, manifest }, async ({ bench, instance }) => {
    const asked = bench.plugins.call(instance, 'check', 'client.close:check', {
      input: input,
      deadlineMs: 5_000,
    })
    await assert.rejects(asked, { code: 'plugin.invalid_result' })
  })
})
