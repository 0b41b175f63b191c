import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { SERVER, startPanel, USER, type Json, type TestPanel } from './start-panel.ts'

async function control({ simulator }: TestPanel, method: string, path: string, body?: Json) {
  const response = await fetch(`${simulator.url}/_control${path}`, {
    method,
    headers: { 'Content-Type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const text = await response.text()
  return { status: response.status, body: (text ? JSON.parse(text) : null) as unknown }
}

test('usage follows power and uptime, and a sample is kept for 20 seconds', async (context) => {
  const { send, createServer, simulator, clock } = await startPanel(context)
  const { body } = await createServer({ start_on_completion: true })
  const path = `/client/servers/${String(body.attributes.identifier)}`
  clock.now += 61_000
  const usage = async () => {
    const { attributes } = (await send('GET', `${path}/resources`)).body
    return [attributes.current_state, attributes.resources as Record<string, number>] as const
  }
  const [state, resources] = await usage()
  assert.equal(state, 'running')
  assert.deepEqual(resources, {
    memory_bytes: 1024 ** 3,
    cpu_absolute: 40,
    disk_bytes: 2560 * 1024 ** 2,
    network_rx_bytes: 2000,
    network_tx_bytes: 8000,
    uptime: 1000,
  })
  assert.equal((await send('POST', `${path}/power`, { signal: 'kill' })).status, 204)
  clock.now += 19_999
  assert.equal((await usage())[0], 'running')
  clock.now += 1
  assert.deepEqual([(await usage())[0], (await usage())[1].network_rx_bytes], ['offline', 0])
  simulator.control.setUsage(String(body.attributes.identifier), { network_rx_bytes: 77 })
  assert.equal((await usage())[1].network_rx_bytes, 77)
})

test('the server view is answered in every state, to its owner and to administrators', async (context) => {
  const { send, createServer, simulator } = await startPanel(context)
  await send('POST', '/application/users', USER)
  const { body } = await createServer()
  const path = `/client/servers/${String(body.attributes.uuid)}`
  const view = await send('GET', path)
  assert.deepEqual([view.status, view.body.attributes.is_installing], [200, true])
  const token = simulator.control.issueKey({ kind: 'client', owner: 2 })
  const stranger = { Authorization: `Bearer ${token}` }
  assert.equal((await send('GET', path, undefined, stranger)).status, 404)
  assert.equal((await send('GET', '/client?type=admin-all')).body.data.length, 1)
  assert.equal((await send('GET', '/client?type=admin-all', undefined, stranger)).body.data.length, 0)
  assert.equal((await send('GET', '/client?per_page=500')).body.meta.pagination.per_page, 100)
})

test('calls fail as told, by path and method, and then work again', async (context) => {
  const panel = await startPanel(context)
  const fault = { calls: 2, status: 500, method: 'POST', path: '/api/application/servers*' }
  assert.equal((await control(panel, 'POST', '/fail', fault)).status, 204)
  assert.equal((await panel.send('GET', '/application/servers')).status, 200)
  const failed = await panel.createServer()
  assert.deepEqual([failed.status, failed.body.errors[0]?.status], [500, '500'])
  assert.equal((await panel.createServer()).status, 500)
  assert.equal((await panel.createServer()).status, 201)
  panel.simulator.control.failNext({ calls: 1, status: 429, retryAfter: 7 })
  assert.equal((await panel.send('GET', '/application/nests')).headers.get('retry-after'), '7')
  panel.simulator.control.failNext({ calls: 5, status: 503 })
  assert.equal((await control(panel, 'DELETE', '/faults')).status, 204)
  assert.equal((await panel.send('GET', '/application/nests')).status, 200)
})

test('a lost answer has done its work', async (context) => {
  const panel = await startPanel(context)
  await control(panel, 'POST', '/lose', { calls: 1, method: 'POST' })
  await assert.rejects(panel.createServer(), /fetch failed/)
  assert.equal((await panel.send('GET', '/application/servers/external/svc_1')).status, 200)
  assert.deepEqual(
    panel.simulator.control.calls().map(({ method, status, lost }) => [method, status, lost]),
    [
      ['POST', 201, true],
      ['GET', 200, false],
    ],
  )
})

test('a delayed answer comes after its time', async (context) => {
  const panel = await startPanel(context)
  await control(panel, 'POST', '/delay', { calls: 1, ms: 60 })
  const before = performance.now()
  await panel.send('GET', '/application/nests')
  assert.ok(performance.now() - before >= 55)
})

test('nodes, installs, servers and keys are steered over HTTP, and the state tells', async (context) => {
  const panel = await startPanel(context)
  const { body } = await panel.createServer()
  const identifier = String(body.attributes.identifier)
  assert.deepEqual(await control(panel, 'POST', '/installs/finish'), { status: 200, body: { finished: 1 } })
  await control(panel, 'POST', '/nodes/1/down', { status: 502 })
  assert.equal((await panel.send('POST', '/application/servers/1/reinstall')).status, 502)
  await control(panel, 'POST', '/nodes/1/up')
  await control(panel, 'POST', '/nodes/2/maintenance', { on: true })
  await control(panel, 'POST', `/servers/${identifier}/busy`, { busyness: 'transferring' })
  await control(panel, 'POST', `/servers/${identifier}/usage`, { usage: { memory_bytes: 5 } })
  const { nodes, servers } = (await control(panel, 'GET', '/state')).body as ReturnType<
    TestPanel['simulator']['control']['state']
  >
  assert.deepEqual(
    nodes.map(({ down, maintenance_mode }) => [down, maintenance_mode]),
    [
      [null, false],
      [null, true],
      [null, false],
    ],
  )
  assert.deepEqual(
    servers.map(({ status, transferring, usage }) => [status, transferring, usage]),
    [[null, true, { memory_bytes: 5 }]],
  )
  const issued = await control(panel, 'POST', '/keys', { kind: 'client', owner: 1 })
  const { token } = issued.body as { token: string }
  assert.equal(
    (await panel.send('GET', '/client', undefined, { Authorization: `Bearer ${token}` })).status,
    200,
  )
})

test('controls refuse what they cannot do', async (context) => {
  const panel = await startPanel(context)
  assert.equal((await control(panel, 'POST', '/fail', { calls: 0, status: 200 })).status, 422)
  assert.equal((await control(panel, 'POST', '/nodes/9/down')).status, 404)
  assert.equal((await control(panel, 'POST', '/servers/nothing/busy', { busyness: 'idle' })).status, 404)
  assert.equal((await control(panel, 'POST', '/keys', { kind: 'client', owner: 9 })).status, 404)
  assert.equal((await control(panel, 'GET', '/elsewhere')).status, 404)
  assert.throws(() => panel.simulator.control.bringNodeUp(9), /no node 9/)
})

test('the deep link shows name, state and limits to a human', async (context) => {
  const { simulator, createServer } = await startPanel(context)
  const { body } = await createServer({ ...SERVER, name: 'Ann & <friends>' })
  const response = await fetch(`${simulator.url}/server/${String(body.attributes.identifier)}`)
  const page = await response.text()
  assert.match(page, /<html lang="en">/)
  assert.match(page, /<h1>Ann &#38; &#60;friends&#62;<\/h1>/)
  assert.match(page, /role="status"><span class="state">Installing</)
  assert.match(page, /<th scope="row">Memory<\/th><td>2048 MiB<\/td>/)
  assert.match(page, /play\.fra-1\.panel\.example:25565/)
  assert.match(await (await fetch(simulator.url)).text(), /<a href="\/server\/[0-9a-f]{8}">Ann &#38; /)
  assert.match(await (await fetch(`${simulator.url}/panel.css`)).text(), /color-scheme: light dark/)
  assert.equal((await fetch(`${simulator.url}/server/missing`)).status, 404)
})

test('the command prints one line of JSON and runs', async () => {
  const main = fileURLToPath(new URL('../../../simulators/pterodactyl/main.ts', import.meta.url))
  const child = spawn(process.execPath, [main, '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const { url, applicationKey } = JSON.parse(line.toString()) as { url: string; applicationKey: string }
  const headers = { Authorization: `Bearer ${applicationKey}`, Accept: 'application/json' }
  assert.equal((await fetch(`${url}/api/application/nests`, { headers })).status, 200)
  child.kill('SIGTERM')
  assert.deepEqual(await once(child, 'exit'), [0, null])
})
