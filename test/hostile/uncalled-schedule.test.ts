// Permissions, schedules: no run that the manifest does not list.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attack } from './hostile.ts'

test('rule: a schedule that the manifest does not list is never run', async () => {
  const source = `export default { gateway: () => ({ async test_connection() { return { ok: true, steps: [] } } }),
    schedule: (context) => ({ mine: async () => { context.log.info('ran') } }) }`
  await attack('uncalled-schedule', { source }, async ({ bench, instance }) => {
    await assert.rejects(bench.plugins.call(instance, 'schedule', 'mine', { input: {}, deadlineMs: 5_000 }), {
      code: 'plugin.denied',
    })
    assert.deepEqual(bench.lines, [])
  })
})
