// Permissions, data: a scope that is not declared does not exist, not even for the current record.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import '../../core/clients/index.ts'
import { attack } from './hostile.ts'

const scopes = [
  {
    name: 'client.read:contact',
    says: 'Contact',
    read: (id: string) =>
      Promise.resolve(
        /^cli_/.test(id) ? { clientId: id, brandId: 'brd_a', value: { email: `${id}@example.com` } } : null,
      ),
  },
]
const input = {
  ...{
    id: 'evt_1',
    type: 'client.suspended',
    version: 1,
    subject: 'cli_a',
    brand_id: null,
    client_id: 'cli_a',
  },
  ...{
    occurred_at: '2026-01-01T00:00:00.000Z',
    actor: 'usr_1',
    causes: [],
    own: false,
    body: { subject: 'cli_b', client_id: 'cli_b' },
  },
}

test('rule: another scope than the declared one is refused', async () => {
  const source = `export default { gateway: () => ({ async test_connection() { return { ok: true, steps: [] } } }),
    observe: (context) => ({ 'client.suspended': async (event) => { const read = (id) => context.records.read('client.read:contact', id)
      await read('cli_a').catch((error) => context.log.info(error.code + ' ' + error.message)) } }) }`
  const manifest = { hooks: ['client.suspended'], permissions: { data: ['invoice.read:summary:all'] } }
  await attack('undeclared-scope', { source, manifest, means: { scopes } }, async ({ bench, instance }) => {
    await bench.plugins.call(instance, 'observe', 'client.suspended', { input, deadlineMs: 5_000 })
    assert.deepEqual(
      bench.lines.map(({ text }) => text),
      ['E_DENIED The data scope "client.read:contact" is not declared.'],
    )
  })
})
