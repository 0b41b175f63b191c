// Permissions, data: what an instance of one brand may read and keep something beside ends with that brand.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import '../../core/clients/index.ts'
import { openDesk } from '../../core/plugins/broker/broker.ts'
import { memoryStorage } from '../../core/conformance/memory-storage.ts'
import type { AskingCall } from '../../core/plugins/broker/asking-call.ts'
import { readManifest } from '../../core/plugins/index.ts'
import { minimalManifest } from '../plugins/support/setup.ts'

const brandOf = (id: string) => (id.startsWith('cli_') ? (id.endsWith('1') ? 'brd_a' : 'brd_b') : undefined)
const found = (id: string) => {
  const brandId = brandOf(id)
  return Promise.resolve(
    brandId === undefined ? null : { noun: 'client', clientId: id, brandId, value: { id, email: 'x' } },
  )
}

/** Asks as a plugin would that was granted everything, in an instance of the brand. */
async function asks(brandId: string | null, about: string): Promise<string[]> {
  const permissions = {
    data: ['client.read:contact:all', 'client.read:summary:current'],
    storage: { bytes: 100, record_bytes: 100 },
  }
  const manifest = readManifest(JSON.stringify({ ...minimalManifest('brands'), permissions }), 'plugin.json')
  const read = { says: '', read: found }
  const call = {
    ...{ instance: 'plg_a', brandId, bundle: '0', manifest, storage: memoryStorage(), findRecord: found },
    scopes: new Map(['client.read:contact', 'client.read:summary'].map((name) => [name, { name, ...read }])),
    ...{ upgrades: false, about: { records: [about], clientId: about } },
  }
  const ask = openDesk(call as unknown as AskingCall, { refused: () => undefined, broken: assert.fail })
  const answers = []
  for (const id of ['cli_1', 'cli_2', 'cli_21', 'cli_22']) {
    const contact = await ask('record_read', JSON.stringify({ scope: 'client.read:contact', id }))
    const summary = await ask('record_read', JSON.stringify({ scope: 'client.read:summary', id }))
    const kept = await ask('storage_set', JSON.stringify({ record: id, key: 'k', value: 1 }))
    answers.push([contact.text !== 'null', summary.text !== 'null', kept.ok].map(Number).join(''))
  }
  return answers
}

test('rule: "all" is all of the brand that an instance was set up for; the client of the call is always within', async () => {
  assert.deepEqual(await asks('brd_a', 'cli_1'), ['111', '000', '101', '000'])
  assert.deepEqual(await asks('brd_a', 'cli_2'), ['101', '011', '101', '000'])
  assert.deepEqual(await asks(null, 'cli_1'), ['111', '101', '101', '101'])
})
