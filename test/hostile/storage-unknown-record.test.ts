// Permissions, storage: a record out of reach answers exactly like one that there is not, whatever is asked of it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import '../../core/clients/index.ts'
import { attack } from './hostile.ts'

const known = new Map([
  ['cli_a', { noun: 'client', clientId: 'cli_a', brandId: 'brd_a' }],
  ['cli_b', { noun: 'client', clientId: 'cli_b', brandId: 'brd_a' }],
  ['inv_a', { noun: 'invoice', clientId: 'cli_a', brandId: 'brd_a' }],
  ['inv_b', { noun: 'invoice', clientId: 'cli_b', brandId: 'brd_a' }],
])
const means = { findRecord: (id: string) => Promise.resolve(known.get(id) ?? null) }
const input = {
  ...{ id: 'evt_1', type: 'client.suspended', version: 1, subject: 'cli_a', brand_id: null },
  ...{ client_id: 'cli_a', occurred_at: '2026-01-01T00:00:00.000Z', actor: 'usr_1', causes: [], own: false },
  body: { subject: 'cli_b', client_id: 'cli_b', record: 'inv_b' },
}

test('rule: nothing is kept beside a record that the call is not about and no scope reads', async () => {
  const source = `export default { gateway: () => ({ async test_connection() { return { ok: true, steps: [] } } }),
    observe: (context) => ({ 'client.suspended': async (event) => {
      const attempt = (act) => act().then((done) => JSON.stringify(done ?? null), (error) => error.code + ' ' + error.message)
      const ends = []
      for (const id of ['cli_a', 'inv_a', 'cli_b', 'inv_b', 'cli_none', 'sec_1', '../cli_a', '']) {
        const beside = context.storage.of(id)
        const all = await Promise.all([beside.set('k', 1), beside.get('k'), beside.list(''), beside.remove('k')].map((done) => attempt(() => done)))
        ends.push(id + ': ' + [...new Set(all)].join(' | '))
      }
      context.log.info(JSON.stringify(ends)) } }) }`
  const permissions = {
    storage: { bytes: 100, record_bytes: 100 },
    data: ['invoice.read:summary:current'],
  }
  const manifest = { hooks: ['client.suspended'], permissions }
  await attack('storage-unknown-record', { source, manifest, means }, async ({ bench, instance }) => {
    await bench.plugins.call(instance, 'observe', 'client.suspended', { input, deadlineMs: 5_000 })
    const none = (id: string) =>
      `${id}: E_INVALID There is no record "${id}" that this call may keep something beside.`
    const [client, invoice, ...others] = JSON.parse(bench.lines[0]!.text) as string[]
    assert.deepEqual(
      [client, invoice],
      [
        'cli_a: 1 | {"value":1,"version":1} | ["k"] | null',
        'inv_a: 2 | {"value":1,"version":2} | ["k"] | null',
      ],
    )
    assert.deepEqual(others.slice(0, -1), ['cli_b', 'inv_b', 'cli_none', 'sec_1', '../cli_a'].map(none))
    assert.match(others.at(-1)!, /^: E_INVALID record: must NOT have fewer than 1 characters$/)
  })
})
