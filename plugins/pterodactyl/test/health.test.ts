import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openPanel } from './open-panel.ts'

test('a panel that answers is good, and one of whose nodes rests is degraded', async (t) => {
  const { simulator, provisioner, input } = await openPanel(t)
  const { server } = input()
  const well = await provisioner.server_health({ server })
  assert.equal(well.status, 'good')
  assert.deepEqual(well.checks[0], { name: 'panel', ok: true, detail: 'It answers.' })
  assert.ok(well.checks.length > 1)
  simulator.control.setMaintenance(1, true)
  const { status, checks } = await provisioner.server_health({ server })
  assert.equal(status, 'degraded')
  assert.deepEqual(
    checks.filter(({ ok }) => !ok).map(({ detail }) => detail),
    ['The node is in maintenance.'],
  )
})

test('a key that is refused is a server that is down, and a panel that is away is thrown', async (t) => {
  const { provisioner, input } = await openPanel(t, { application: 'ptla_wrong' })
  const { server } = input()
  const { status, checks } = await provisioner.server_health({ server })
  assert.deepEqual([status, checks.map(({ name, ok }) => [name, ok])], ['down', [['panel', false]]])
  const away = { ...server, settings: { ...server.settings, panel_url: 'http://127.0.0.1:9' } }
  await assert.rejects(provisioner.server_health({ server: away }), { name: 'PanelSilent' })
})
