// Permissions, hooks: core calls nothing that the manifest does not list.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import '../../core/clients/index.ts'
import { attack } from './hostile.ts'

const input = {
  ...{ noun: 'client', transition: 'close', subject: 'cli_a', from: 'active', to: 'closed', brand_id: null },
  ...{ client_id: 'cli_a', actor_kind: 'staff', reason: null, facts: {} },
}

test('rule: a hook that the code answers and the manifest does not list is never called', async () => {
  const source = `export default { gateway: () => ({ async test_connection() { return { ok: true, steps: [] } } }),
    check: (context) => ({ 'client.close:check': async () => { context.log.info('called'); return { allow: true } } }) }`
  await attack('uncalled-hook', { source }, async ({ bench, instance }) => {
    await assert.rejects(
      bench.plugins.call(instance, 'check', 'client.close:check', { input, deadlineMs: 5_000 }),
      {
        code: 'plugin.denied',
      },
    )
    assert.deepEqual(bench.lines, [])
  })
})
