// Permissions, storage: a value has 64 KiB.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reporting } from '../plugins/support/setup.ts'
import { attack } from './hostile.ts'

test('rule: a value above 64 KiB is refused whatever the quota', async () => {
  const source = reporting(`const { storage } = context
    const attempt = (act) => act().then((done) => JSON.stringify(done), (error) => error.code + ' ' + error.message)
    return attempt(() => storage.set('a', 'x'.repeat(65_536)))`)
  const manifest = { permissions: { storage: { bytes: 1_000_000 } } }
  await attack('storage-large-value', { source, manifest }, ({ report }) =>
    assert.equal(report, 'E_LIMIT The value of "a" has 65538 bytes; 65536 is the most.'),
  )
})
