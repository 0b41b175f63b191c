// What must hold, 4: core checks an answer about money before it acts.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import '../../core/clients/index.ts'
import { attack } from './hostile.ts'

const input = {
  ...{ client_id: 'cli_a', brand_id: 'brd_a', currency: 'EUR', origin: 'renewal' },
  lines: [{ kind: 'recurring', description: 'a', amount_minor: '1000', source_id: null }],
}

test('rule: a line of half a cent, or of a number, is no answer', async () => {
  const source = `export default { gateway: () => ({ async test_connection() { return { ok: true, steps: [] } } }),
    shape: (context) => ({ 'invoice.lines:shape': async (value) => { return { add: [{ kind: 'discount', description: 'a', amount_minor: '-0.5' }] } } }) }`
  const manifest = { hooks: ['invoice.lines:shape'], ...{} }
  await attack('fractional-money', { source, manifest }, async ({ bench, instance }) => {
    const asked = bench.plugins.call(instance, 'shape', 'invoice.lines:shape', {
      input: input,
      deadlineMs: 5_000,
    })
    await assert.rejects(asked, { code: 'plugin.invalid_result', message: /amount_minor/ })
  })
})
