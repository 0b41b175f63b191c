import assert from 'node:assert/strict'
import { test } from 'node:test'
import { liveServer, openPanel, PAPER } from './open-panel.ts'

const MIB = 1024 * 1024

test('room is what the nodes may promise and have promised, and their ports', async (t) => {
  const panel = await openPanel(t)
  const { provisioner, simulator, input } = panel
  const { server } = input()
  const empty = await provisioner.capacity({ server })
  assert.deepEqual(empty.accounts, { used: 0, limit: null })
  const [memory, disk, ports] = empty.resources
  assert.deepEqual(memory, {
    ...{ key: 'memory', label: 'Memory', unit: 'bytes', used: 0 },
    limit: Math.floor((65_536 + 32_768 * 1.25 + 16_384 * 0.99) * MIB),
  })
  assert.equal(disk?.limit, Math.floor((512_000 + 256_000 * 1.5 + 128_000 * 0.99) * MIB))
  assert.deepEqual([ports?.used, ports!.limit! > 0], [0, true])
  await liveServer(panel)
  const { accounts, resources } = await provisioner.capacity({ server })
  assert.equal(accounts.used, 1)
  assert.deepEqual(
    resources.map(({ used }) => used),
    [PAPER.memory * MIB, PAPER.disk * MIB, 1],
  )
  simulator.control.setMaintenance(1, true)
  const rest = await provisioner.capacity({ server })
  assert.equal(rest.resources[0]?.limit, Math.floor((32_768 * 1.25 + 16_384 * 0.99) * MIB))
})
