// Permissions, data: "current" is the record of this call and its client, and nothing else.
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

test("rule: another client's record looks as if there were none, whatever the body says", async () => {
  const source = `export default { gateway: () => ({ async test_connection() { return { ok: true, steps: [] } } }),
    observe: (context) => ({ 'client.suspended': async (event) => { const read = (id) => context.records.read('client.read:contact', id)
      context.log.info(JSON.stringify([await read('cli_a'), await read('cli_b'), await read(event.body.subject), await read('cli_none')])) } }) }`
  const manifest = { hooks: ['client.suspended'], permissions: { data: ['client.read:contact:current'] } }
  await attack('foreign-record', { source, manifest, means: { scopes } }, async ({ bench, instance }) => {
    await bench.plugins.call(instance, 'observe', 'client.suspended', { input, deadlineMs: 5_000 })
    assert.deepEqual(
      bench.lines.map(({ text }) => text),
      ['[{"email":"cli_a@example.com"},null,null,null]'],
    )
  })
})
