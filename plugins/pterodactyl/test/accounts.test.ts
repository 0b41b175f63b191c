import assert from 'node:assert/strict'
import { test } from 'node:test'
import { liveServer, openPanel, PAPER } from './open-panel.ts'

const { memory, disk, cpu, databases, backups } = PAPER

test('accounts are the servers of the panel, with our ids and the sizes of their plan', async (t) => {
  const panel = await openPanel(t)
  const { provisioner, input } = panel
  const { server } = input()
  assert.deepEqual(await provisioner.list_accounts({ server }), { accounts: [] })
  const id = await liveServer(panel)
  await provisioner.create(input({ id: 'svc_2', label: 'Ben plays' }))
  await provisioner.suspend({ ...input({ remote: id }), reasons: ['overdue'] })
  const settings = { memory, disk, cpu, swap: 0, io: 500, databases, backups, allocations: 0 }
  const { accounts, cursor } = await provisioner.list_accounts({ server })
  assert.equal(cursor, undefined)
  assert.deepEqual(
    accounts.map(({ settings: told, ...account }) => {
      const { egg, ...sizes } = told!
      assert.equal(egg, Number(PAPER.egg))
      assert.deepEqual(sizes, settings)
      return account
    }),
    [
      { remote_id: id, external_id: 'svc_1', name: 'Ann plays', state: 'suspended' },
      { remote_id: accounts[1]!.remote_id, external_id: 'svc_2', name: 'Ben plays', state: 'creating' },
    ],
  )
})

test('accounts come in pages of a hundred, each of them once', async (t) => {
  const panel = await openPanel(t)
  const { provisioner, simulator, input } = panel
  const { server } = input()
  for (let i = 0; i < 101; i++)
    await provisioner.create(input({ id: `svc_${i}`, settings: { memory: 64, disk: 64 } }))
  simulator.control.finishInstalls()
  const first = await provisioner.list_accounts({ server })
  assert.deepEqual([first.accounts.length, first.cursor], [100, '2'])
  const second = await provisioner.list_accounts({ server, cursor: first.cursor! })
  assert.deepEqual([second.accounts.length, second.cursor], [1, undefined])
  const ids = [...first.accounts, ...second.accounts].map(({ external_id }) => external_id)
  assert.deepEqual(
    ids,
    Array.from({ length: 101 }, (_, i) => `svc_${i}`),
  )
})

test('a panel that refuses or is silent lists nothing, rather than no accounts', async (t) => {
  const { provisioner, simulator, input } = await openPanel(t, { application: 'ptla_wrong' })
  const { server } = input()
  await assert.rejects(provisioner.list_accounts({ server }), /401/)
  await simulator.close()
  await assert.rejects(provisioner.list_accounts({ server }), /cannot be reached/)
})
