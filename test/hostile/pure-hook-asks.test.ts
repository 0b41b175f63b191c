// Permissions, hooks: a price must have the same answer for the same input, so it may ask for nothing.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import '../../core/clients/index.ts'
import { attack } from './hostile.ts'

const input = {
  ...{ client_id: 'cli_a', brand_id: 'brd_a', currency: 'EUR', origin: 'renewal' },
  lines: [{ kind: 'recurring', description: 'a', amount_minor: '1000', source_id: null }],
}

test('rule: a shape of a price has neither network nor storage, though the manifest grants both', async () => {
  const source = `export default { gateway: () => ({ async test_connection() { return { ok: true, steps: [] } } }),
    shape: (context) => ({ 'invoice.lines:shape': async (value) => { const seen = []; await context.storage.set('a', 1).catch((e) => seen.push(e.code)); await fetch('https://api.example.com/').catch((e) => seen.push(e.code)); return { add: [{ kind: 'fee', description: seen.join(' '), amount_minor: '1' }] } } }) }`
  const manifest = {
    hooks: ['invoice.lines:shape'],
    ...{ permissions: { network: [{ host: 'api.example.com' }], storage: { bytes: 1_000 } } },
  }
  await attack('pure-hook-asks', { source, manifest }, async ({ bench, instance }) => {
    const asked = bench.plugins.call(instance, 'shape', 'invoice.lines:shape', {
      input: input,
      deadlineMs: 5_000,
    })
    const answer = (await asked) as { add: { description: string }[] }
    assert.equal(answer.add[0]?.description, 'E_DENIED E_DENIED')
  })
})
