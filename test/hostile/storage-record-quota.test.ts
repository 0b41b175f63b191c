// Permissions, storage: what is kept beside a record has its own quota, and none without being granted.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reporting } from '../plugins/support/setup.ts'
import { attack } from './hostile.ts'

const means = { findRecord: () => Promise.resolve({ noun: 'client', clientId: 'cli_a', brandId: 'brd_a' }) }
const source = reporting(`
  const attempt = (act) => act().then((done) => JSON.stringify(done), (error) => error.code + ' ' + error.message)
  const beside = context.storage.of('cli_a')
  const ends = []
  for (const key of ['a', 'b']) ends.push(await attempt(() => beside.set(key, 'x'.repeat(500))))
  ends.push(await attempt(() => context.storage.of('cli_b').set('a', 'x'.repeat(500))))
  return ends.join(' | ')`)
const manifest = (storage: object) => ({ permissions: { storage, data: ['client.read:summary:all'] } })

test('rule: a record has its thousand bytes, however many are granted to the instance', async () => {
  const storage = { bytes: 1_000_000, record_bytes: 1_000 }
  await attack('storage-record-quota', { source, means, manifest: manifest(storage) }, ({ report }) =>
    assert.equal(report, '1 | E_LIMIT The storage beside this record is full: 1000 bytes are granted. | 1'),
  )
})

test('rule: storage of its own gives none beside records', async () => {
  const refusal = 'E_DENIED Storage beside records is not declared.'
  await attack('storage-record-quota', { source, means, manifest: manifest({ bytes: 9_000 }) }, (ended) => {
    assert.equal(ended.report, [refusal, refusal, refusal].join(' | '))
    assert.ok(ended.bench.incidents.some(({ kind }) => kind === 'refused_ask'))
  })
})
