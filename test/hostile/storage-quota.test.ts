// Permissions, storage: the quota counts keys and values.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reporting } from '../plugins/support/setup.ts'
import { attack } from './hostile.ts'

test('rule: a thousand bytes are a thousand, however they are cut', async () => {
  const source = reporting(`const { storage } = context
    const attempt = (act) => act().then((done) => JSON.stringify(done), (error) => error.code + ' ' + error.message)
    const first = await attempt(() => storage.set('a', 'x'.repeat(900)))
    const key = await attempt(() => storage.set('k'.repeat(150), 0))
    return first + ' ' + key + ' ' + (await storage.list('')).length`)
  const manifest = { permissions: { storage: { bytes: 1_000 } } }
  await attack('storage-quota', { source, manifest }, ({ report }) =>
    assert.equal(report, '1 E_LIMIT The storage is full: 1000 bytes are granted. 1'),
  )
})
