import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { failure, liveServer, onlyServer, openPanel } from './open-panel.ts'

const MIB = 1024 * 1024
const NOTHING = { available: false, metrics: [] }
const BUSY = failure(
  'conflict',
  'transient',
  'The server is busy (moving, installing, restoring or its node in maintenance).',
)

test('usage comes with its limits and units', async (t) => {
  const panel = await openPanel(t)
  const about = panel.input({ remote: await liveServer(panel) })
  panel.simulator.control.setUsage(onlyServer(panel).identifier, {
    memory_bytes: 1000,
    cpu_absolute: 12.5,
    disk_bytes: 2000,
    network_rx_bytes: 30,
    network_tx_bytes: 40,
    uptime: 5000,
  })
  assert.deepEqual(await panel.provisioner.usage(about), {
    available: true,
    power: 'running',
    metrics: [
      { key: 'cpu', label: 'CPU', value: 12.5, unit: 'percent', limit: 200 },
      { key: 'memory', label: 'Memory', value: 1000, unit: 'bytes', limit: 2048 * MIB },
      { key: 'disk', label: 'Disk', value: 2000, unit: 'bytes', limit: 10_240 * MIB },
      { key: 'traffic_in', label: 'Traffic in', value: 30, unit: 'bytes' },
      { key: 'traffic_out', label: 'Traffic out', value: 40, unit: 'bytes' },
      { key: 'uptime', label: 'Uptime', value: 5000, unit: 'ms' },
    ],
  })
})

test('no sample is no error: installing, suspended, in maintenance, absent, without the key', async (t) => {
  const panel = await openPanel(t)
  const made = await panel.provisioner.create(panel.input())
  const about = panel.input({ remote: made.outcome === 'pending' ? made.remote_id : '' })
  assert.deepEqual(await panel.provisioner.usage(about), NOTHING)
  panel.simulator.control.finishInstalls()
  await panel.provisioner.suspend(about)
  assert.deepEqual(await panel.provisioner.usage(about), NOTHING)
  assert.deepEqual(await panel.provisioner.power({ ...about, signal: 'start' }), BUSY)
  await panel.provisioner.release(about)
  panel.simulator.control.setMaintenance(onlyServer(panel).node, true)
  assert.deepEqual(await panel.provisioner.usage(about), NOTHING)
  assert.deepEqual(await panel.provisioner.usage(panel.input({ id: 'svc_none' })), NOTHING)
})

test('a node that is down fails the reading', async (t) => {
  const panel = await openPanel(t)
  const about = panel.input({ remote: await liveServer(panel) })
  panel.simulator.control.takeNodeDown(onlyServer(panel).node)
  await assert.rejects(panel.provisioner.usage(about), { name: 'PanelRefusal', status: 504 })
})

test('power goes to the server', async (t) => {
  const panel = await openPanel(t)
  const remote = await liveServer(panel)
  const about = panel.input({ remote })
  const powerAfter = async (signal: 'start' | 'stop' | 'restart' | 'kill') => {
    assert.deepEqual(await panel.provisioner.power({ ...about, signal }), {
      outcome: 'done',
      remote_id: remote,
    })
    panel.clock.now += 30_000
    return (await panel.provisioner.usage(about)).power
  }
  assert.equal(await powerAfter('stop'), 'offline')
  assert.equal(await powerAfter('start'), 'running')
  assert.equal(await powerAfter('kill'), 'offline')
  assert.equal(await powerAfter('restart'), 'running')
  const none = panel.input({ id: 'svc_none' })
  assert.deepEqual(
    await panel.provisioner.power({ ...none, signal: 'start' }),
    failure('absent', 'permanent', 'The panel has no server for svc_none.'),
  )
})

test('one press restarts once, however often it is told, and the next press again', async (t) => {
  const panel = await openPanel(t)
  const remote = await liveServer(panel)
  const press = (idempotency_key: string) =>
    panel.provisioner.power({ ...panel.input({ remote }), signal: 'restart', idempotency_key })
  const restarts = () => panel.simulator.control.calls().filter(({ path }) => path.endsWith('/power')).length
  assert.equal((await press('one')).outcome, 'done')
  assert.equal((await press('one')).outcome, 'done')
  assert.equal(restarts(), 1)
  const path = `/api/client/servers/${onlyServer(panel).identifier}/power`
  panel.simulator.control.loseAnswers({ calls: 1, method: 'POST', path })
  const unanswered = failure(
    'unanswered',
    'permanent',
    'The panel was told and did not answer. Look at the server before asking again.',
  )
  assert.deepEqual(await press('two'), unanswered)
  assert.deepEqual(await press('two'), unanswered)
  assert.equal(restarts(), 2)
  await panel.provisioner.suspend(panel.input({ remote }))
  assert.deepEqual(await press('three'), BUSY)
  await panel.provisioner.release(panel.input({ remote }))
  assert.equal((await press('three')).outcome, 'done', 'what was refused may be asked for again')
})

test('a server is reinstalled once for one key, and followed until its script has ended', async (t) => {
  const panel = await openPanel(t)
  const remote = await liveServer(panel)
  const about = panel.input({ remote })
  const act = { ...about, keep_data: false, idempotency_key: 'one' }
  const pending = { outcome: 'pending', reference: 'install' }
  assert.deepEqual(await panel.provisioner.reinstall(act), pending)
  const ask = { ...about, operation: 'reinstall', reference: 'install' }
  assert.deepEqual(await panel.provisioner.follow(ask), pending)
  panel.simulator.control.finishInstalls()
  assert.deepEqual(await panel.provisioner.follow(ask), { outcome: 'done', remote_id: remote })
  assert.deepEqual(await panel.provisioner.reinstall(act), pending)
  assert.deepEqual(await panel.provisioner.follow(ask), { outcome: 'done', remote_id: remote })
  assert.deepEqual(
    await panel.provisioner.reinstall({ ...act, keep_data: true, idempotency_key: 'two' }),
    failure(
      'invalid_settings',
      'permanent',
      'The panel reinstalls the egg of the server and promises no data.',
    ),
  )
  const calls = panel.simulator.control.calls().filter(({ path }) => path.endsWith('/reinstall'))
  assert.equal(calls.length, 1)
})

test('without a client key there is no power, no usage, and the test says so', async (t) => {
  const panel = await openPanel(t, { client: null })
  const about = panel.input({ remote: await liveServer(panel) })
  assert.deepEqual(await panel.provisioner.usage(about), NOTHING)
  assert.deepEqual(
    await panel.provisioner.power({ ...about, signal: 'start' }),
    failure(
      'invalid_settings',
      'permanent',
      'Power needs a client API key of an administrator in the server settings.',
    ),
  )
  const report = await panel.provisioner.test_connection({ server: about.server })
  assert.equal(report.ok, true)
  assert.equal(report.steps.at(-1)?.detail, 'There is none, so usage and power are not offered.')
})

test('the connection test goes through every right', async (t) => {
  const panel = await openPanel(t)
  const { server } = panel.input()
  const report = await panel.provisioner.test_connection({ server })
  assert.equal(report.ok, true)
  assert.deepEqual(
    report.steps.map(({ name, ok }) => [name, ok]),
    ['panel', 'users', 'servers', 'nodes', 'locations', 'client_key'].map((name) => [name, true]),
  )
})

test('a key with a right missing and an application key in the wrong place are found', async (t) => {
  const first = await openPanel(t)
  const key = first.simulator.control.issueKey({
    kind: 'application',
    owner: 1,
    permissions: { nests: 'read', users: 'write', servers: 'write', nodes: 'read' },
  })
  const { server } = first.input()
  const limited = { ...server, settings: { ...server.settings, application_key: key, client_key: key } }
  const report = await first.provisioner.test_connection({ server: limited })
  assert.deepEqual(
    report.steps.filter(({ ok }) => !ok).map(({ name }) => name),
    ['locations', 'client_key'],
  )
  assert.equal(report.ok, false)
})

/** Something that is not a Pterodactyl panel, at the same place. */
async function tested(
  status: number,
  headers: Record<string, string>,
  body: string,
  t: Parameters<typeof openPanel>[0],
) {
  const stub = createServer((_request, response) => response.writeHead(status, headers).end(body))
  stub.listen(0, '127.0.0.1')
  await once(stub, 'listening')
  t.after(() => {
    stub.close()
    stub.closeAllConnections()
  })
  const panel = await openPanel(t)
  const { server } = panel.input()
  const url = `http://127.0.0.1:${(stub.address() as AddressInfo).port}`
  const report = await panel.provisioner.test_connection({
    server: { ...server, settings: { ...server.settings, panel_url: url } },
  })
  return report.steps
}

test('a Pelican panel is named', async (t) => {
  const body = JSON.stringify({ errors: [{ code: 'NotFoundHttpException', status: '404', detail: '' }] })
  assert.deepEqual(await tested(404, { 'content-type': 'application/json' }, body, t), [
    {
      name: 'panel',
      ok: false,
      detail:
        'This is no Pterodactyl panel. Its fork Pelican is not supported; or the address has a wrong path.',
    },
  ])
})

test('a panel that redirects is named', async (t) => {
  const [step] = await tested(301, { location: 'https://panel.example/' }, '', t)
  assert.equal(step?.detail, 'The panel redirects to another address. Enter the address it leads to.')
})

test('a page of something else is named', async (t) => {
  const [step] = await tested(200, { 'content-type': 'text/html' }, '<p>Hello</p>', t)
  assert.equal(
    step?.detail,
    'The panel cannot be reached: something else than the panel answers at its address.',
  )
})
