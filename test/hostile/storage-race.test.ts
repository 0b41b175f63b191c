// Permissions, storage: compare-and-set lets one of two writers win.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reporting } from '../plugins/support/setup.ts'
import { attack } from './hostile.ts'

test('rule: of two writes over the same version one is told that it lost', async () => {
  const source = reporting(`const { storage } = context
    const attempt = (act) => act().then((done) => JSON.stringify(done), (error) => error.code + ' ' + error.message)
    await storage.set('a', 0)
    const both = await Promise.all([1, 2].map((n) => attempt(() => storage.set('a', n, 1))))
    return both.sort().join(' ')`)
  const manifest = { permissions: { storage: { bytes: 1_000 } } }
  await attack('storage-race', { source, manifest }, ({ report }) =>
    assert.equal(report, '2 E_CONFLICT The entry "a" was changed meanwhile.'),
  )
})
