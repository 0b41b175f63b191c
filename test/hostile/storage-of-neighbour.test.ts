// Permissions, storage: what one instance keeps beside a record is not there for another, nor among its own keys.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryStorage } from '../../core/conformance/memory-storage.ts'
import { reporting } from '../plugins/support/setup.ts'
import { attack } from './hostile.ts'

const findRecord = () => Promise.resolve({ noun: 'client', clientId: 'cli_a', brandId: 'brd_a' })

test('rule: a record is shared, what is kept beside it is not', async () => {
  const storage = memoryStorage()
  const theirs = { instance: 'plg_other', record: 'cli_a', bundle: '0' }
  await storage.set(theirs, { key: 'pin', value: 1234, bytes: 10, ifVersion: undefined, bytesMax: 100 })
  const source = reporting(`const { storage } = context
    const beside = storage.of('cli_a')
    await beside.set('own', 1)
    return JSON.stringify([await beside.get('pin'), await beside.list(''), await storage.list(''), await storage.get('own'),
      await storage.get('cli_a own'), await storage.records()])`)
  const permissions = { storage: { bytes: 100, record_bytes: 100 }, data: ['client.read:summary:all'] }
  const means = { storage, findRecord }
  await attack('storage-of-neighbour', { source, manifest: { permissions }, means }, ({ report }) =>
    assert.equal(report, '[null,["own"],[],null,null,["cli_a"]]'),
  )
})
