import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { openTestInstance, serverToken, strictProvisioner } from '@berth/sdk/test-kit'
import plugin from '../index.ts'
import { openCompany } from './company.ts'

const PANEL = 'https://panel.acme.example'
const server = { id: 'srv_1', settings: { panel_url: PANEL, api_key: serverToken('api_key') } }
const client = { id: 'cli_1', name: 'Ada Quay', email: 'ada@client.example', locale: 'en' }
const input = {
  server,
  service: { external_id: 'svc_1', label: 'Box', settings: { memory: 2048 }, client },
}

async function open(t: TestContext, key = 'test-key') {
  const company = await openCompany()
  const instance = openTestInstance({
    secrets: { 'server.api_key': key },
    outbound: { [PANEL]: company.url },
  })
  t.after(() => {
    instance.close()
    company.close()
  })
  return { company, provisioner: strictProvisioner(plugin, instance.context) }
}

test('a box is made once, however often core asks', async (t) => {
  const { company, provisioner } = await open(t)
  assert.equal((await provisioner.describe(input)).state, 'absent')
  const first = await provisioner.create(input)
  assert.ok(first.outcome === 'done')
  assert.equal(first.remote_id, 'box_1')
  assert.deepEqual(await provisioner.create(input), first)
  assert.equal(company.boxes.length, 1)
  assert.equal((await provisioner.describe(input)).state, 'live')
})

test('it is suspended, released, changed and removed, twice without harm', async (t) => {
  const { company, provisioner } = await open(t)
  await provisioner.create(input)
  for (const _ of [1, 2]) await provisioner.suspend(input)
  assert.equal((await provisioner.describe(input)).state, 'suspended')
  for (const _ of [1, 2]) await provisioner.release(input)
  assert.equal((await provisioner.describe(input)).state, 'live')
  await provisioner.change({ ...input, service: { ...input.service, settings: { memory: 4096 } } })
  assert.equal(company.boxes[0]!.memory, 4096)
  for (const _ of [1, 2]) assert.deepEqual(await provisioner.terminate(input), { outcome: 'done' })
  assert.deepEqual(company.boxes, [])
})

test('nothing is suspended that is not there', async (t) => {
  const { provisioner } = await open(t)
  const outcome = await provisioner.suspend(input)
  assert.ok(outcome.outcome === 'failed')
  assert.deepEqual([outcome.code, outcome.kind], ['conflict', 'permanent'])
})

test('a wrong key is an error, never an outcome', async (t) => {
  const { provisioner } = await open(t, 'wrong')
  await assert.rejects(provisioner.create(input), { name: 'ApiRefused', status: 401 })
})
