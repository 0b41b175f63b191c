import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failure, liveServer, onlyServer, openPanel } from './open-panel.ts'

test('a larger plan is sent whole and leaves what the client chose', async (t) => {
  const panel = await openPanel(t)
  const remote = await liveServer(panel, {
    settings: { environment: { BUILD_NUMBER: '77' }, threads: '0-1' },
  })
  const settings = {
    memory: '8192',
    databases: 4,
    allocations: 2,
    environment: { MINECRAFT_VERSION: '1.21' },
  }
  const outcome = await panel.provisioner.change(panel.input({ remote, settings, label: 'Ann plays on' }))
  assert.equal(outcome.outcome, 'done')
  assert.partialDeepStrictEqual(onlyServer(panel), {
    external_id: 'svc_1',
    name: 'Ann plays on',
    limits: { memory: 8192, swap: 0, disk: 10_240, io: 500, cpu: 200, threads: '0-1' },
    feature_limits: { databases: 4, backups: 2, allocations: 2 },
    environment: { MINECRAFT_VERSION: '1.21', SERVER_JARFILE: 'server.jar', BUILD_NUMBER: '77' },
    image: 'registry.panel.example/yolks:java_21',
  })
  const once = onlyServer(panel)
  await panel.provisioner.change(panel.input({ remote, settings, label: 'Ann plays on' }))
  assert.deepEqual(onlyServer(panel), once)
})

test('another game brings its image, its startup and its variables', async (t) => {
  const panel = await openPanel(t)
  const remote = await liveServer(panel)
  const settings = { nest: 2, egg: 2, environment: { RCON_PASS: 'known' } }
  assert.equal((await panel.provisioner.change(panel.input({ remote, settings }))).outcome, 'done')
  const { egg, image, environment } = onlyServer(panel)
  assert.deepEqual(
    [egg, image, environment['RCON_PASS'], environment['WORLD_SIZE']],
    [2, 'registry.panel.example/games:rust', 'known', '3000'],
  )
})

test('a generated password stays what it is', async (t) => {
  const panel = await openPanel(t)
  const settings = { nest: 2, egg: 2, generated: ['RCON_PASS'] }
  const remote = await liveServer(panel, { settings })
  const before = onlyServer(panel).environment['RCON_PASS']
  await panel.provisioner.change(panel.input({ remote, settings: { ...settings, memory: 4096 } }))
  assert.equal(onlyServer(panel).environment['RCON_PASS'], before)
})

test('a value that the egg refuses is told, and nothing of the missing is changed', async (t) => {
  const panel = await openPanel(t)
  const remote = await liveServer(panel)
  const bad = await panel.provisioner.change(panel.input({ remote, settings: { SERVER_JARFILE: 'no jar' } }))
  assert.ok(bad.outcome === 'failed')
  assert.deepEqual([bad.code, bad.kind], ['invalid_settings', 'permanent'])
  assert.match(bad.message, /environment\.SERVER_JARFILE/)
  assert.deepEqual(
    await panel.provisioner.change(panel.input({ id: 'svc_none' })),
    failure('absent', 'permanent', 'The panel has no server for svc_none.'),
  )
})

test('suspending and releasing may be repeated', async (t) => {
  const panel = await openPanel(t)
  const remote = await liveServer(panel)
  const about = panel.input({ remote })
  const stateOf = async () => (await panel.provisioner.describe(about)).state
  for (let i = 0; i < 2; i++) {
    assert.deepEqual(await panel.provisioner.suspend(about), { outcome: 'done', remote_id: remote })
    assert.equal(await stateOf(), 'suspended')
  }
  for (let i = 0; i < 2; i++) {
    assert.deepEqual(await panel.provisioner.release(about), { outcome: 'done', remote_id: remote })
    assert.equal(await stateOf(), 'live')
  }
  const none = panel.input({ id: 'svc_none' })
  const gone = failure('absent', 'permanent', 'The panel has no server for svc_none.')
  assert.deepEqual(await panel.provisioner.suspend(none), gone)
  assert.deepEqual(await panel.provisioner.release(none), gone)
})

test('a lost answer to a suspension is transient; repeated it holds', async (t) => {
  const panel = await openPanel(t)
  const about = panel.input({ remote: await liveServer(panel) })
  panel.simulator.control.loseAnswers({ calls: 1, method: 'POST' })
  const lost = await panel.provisioner.suspend(about)
  assert.deepEqual(lost.outcome === 'failed' && [lost.code, lost.kind], ['unreachable', 'transient'])
  assert.equal((await panel.provisioner.suspend(about)).outcome, 'done')
  assert.equal((await panel.provisioner.describe(about)).state, 'suspended')
})

const BUSY = failure(
  'conflict',
  'transient',
  'The server is busy (moving, installing, restoring or its node in maintenance).',
)

test('a server on the move is busy; one that restores a backup is too, but lives', async (t) => {
  const panel = await openPanel(t)
  const about = panel.input({ remote: await liveServer(panel) })
  const { identifier } = onlyServer(panel)
  panel.simulator.control.setBusy(identifier, 'transferring')
  assert.deepEqual(await panel.provisioner.suspend(about), BUSY)
  panel.simulator.control.setBusy(identifier, 'restoring_backup')
  const report = await panel.provisioner.describe(about)
  assert.deepEqual([report.state, report.detail], ['busy', 'restoring_backup'])
})

test('a node that is down keeps the server as it was', async (t) => {
  const panel = await openPanel(t)
  const about = panel.input({ remote: await liveServer(panel) })
  panel.simulator.control.takeNodeDown(onlyServer(panel).node, 502)
  const down = failure(
    'unreachable',
    'transient',
    'The panel or the node of the server does not work now (502).',
  )
  assert.deepEqual(await panel.provisioner.suspend(about), down)
  assert.deepEqual(await panel.provisioner.terminate(about), down)
  assert.equal((await panel.provisioner.describe(about)).state, 'live')
})

test('a terminated server is gone, and so is one that never was', async (t) => {
  const panel = await openPanel(t)
  const about = panel.input({ remote: await liveServer(panel) })
  panel.simulator.control.loseAnswers({ calls: 1, method: 'DELETE' })
  const lost = await panel.provisioner.terminate(about)
  assert.deepEqual(lost.outcome === 'failed' && lost.kind, 'transient')
  assert.deepEqual(panel.simulator.control.state().servers, [])
  assert.deepEqual(await panel.provisioner.terminate(about), { outcome: 'done' })
  assert.deepEqual(await panel.provisioner.terminate(panel.input({ id: 'svc_none' })), { outcome: 'done' })
  assert.deepEqual(await panel.provisioner.describe(about), { state: 'absent' })
})

test("somebody else's server under our remembered id is not touched", async (t) => {
  const panel = await openPanel(t)
  const remote = await liveServer(panel)
  const stranger = panel.input({ id: 'svc_other', remote })
  assert.deepEqual(await panel.provisioner.terminate(stranger), { outcome: 'done' })
  assert.deepEqual(
    await panel.provisioner.suspend(stranger),
    failure('absent', 'permanent', 'The panel has no server for svc_other.'),
  )
  assert.equal(onlyServer(panel).external_id, 'svc_1')
})
