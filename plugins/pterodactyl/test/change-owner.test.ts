import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ANN, failure, liveServer, onlyServer, openPanel } from './open-panel.ts'

const BO = { id: 'cli_01bolund9', name: 'Bo Lund', email: 'bo@client.example', locale: 'en' }
const before = { id: ANN.id, email: ANN.email }

test('the server passes to the user of the new client, with nothing else of it changed', async (t) => {
  const panel = await openPanel(t)
  const about = panel.input({ remote: await liveServer(panel), client: BO })
  const { user: of, ...rest } = onlyServer(panel)
  const key = { before, idempotency_key: 'sva_1' }
  assert.equal((await panel.provisioner.change_owner({ ...about, ...key })).outcome, 'done')
  const { user, ...now } = onlyServer(panel)
  assert.deepEqual(now, rest)
  const users = panel.simulator.control.state().users
  assert.equal(users.find(({ id }) => id === of)?.external_id, ANN.id)
  assert.equal(users.find(({ id }) => id === user)?.external_id, BO.id)
  const count = users.length
  await panel.provisioner.change_owner({ ...about, ...key })
  assert.equal(onlyServer(panel).user, user)
  assert.equal(panel.simulator.control.state().users.length, count, 'told twice, nobody is made twice')
})

test('a server that is not there has no owner', async (t) => {
  const panel = await openPanel(t)
  const about = panel.input({ id: 'svc_none', client: BO })
  assert.deepEqual(
    await panel.provisioner.change_owner({ ...about, before, idempotency_key: 'sva_1' }),
    failure('absent', 'permanent', 'The panel has no server for svc_none.'),
  )
})
