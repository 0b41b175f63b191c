import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ANN, failure, liveServer, onlyServer, openPanel } from './open-panel.ts'

const SERVERS = '/api/application/servers'
const DOWN = failure(
  'unreachable',
  'transient',
  'The panel or the node of the server does not work now (504).',
)

test('a server is ordered with everything the panel wants, and is live when installed', async (t) => {
  const panel = await openPanel(t)
  const outcome = await panel.provisioner.create(panel.input())
  const server = onlyServer(panel)
  const identifier = server.uuid.slice(0, 8)
  const access = [
    { label: 'Panel', value: `${panel.simulator.url}/server/${identifier}`, kind: 'url' },
    { label: 'Address', value: 'play.fra-1.panel.example:25565', kind: 'text' },
    { label: 'User name', value: 'ann.ann7k2', kind: 'text' },
  ]
  assert.deepEqual(outcome, { outcome: 'pending', remote_id: String(server.id), access })
  assert.partialDeepStrictEqual(server, {
    external_id: 'svc_1',
    name: 'Ann plays',
    egg: 1,
    image: 'registry.panel.example/yolks:java_21',
    startup: 'java -Xms128M -Xmx{{SERVER_MEMORY}}M -jar {{SERVER_JARFILE}}',
    environment: { MINECRAFT_VERSION: 'latest', SERVER_JARFILE: 'server.jar', BUILD_NUMBER: 'latest' },
    limits: { memory: 2048, swap: 0, disk: 10_240, io: 500, cpu: 200, threads: null },
    feature_limits: { databases: 1, backups: 2, allocations: 0 },
    start_on_completion: true,
    skip_scripts: false,
  })
  const about = panel.input({ remote: String(server.id) })
  const creating = { state: 'creating', remote_id: String(server.id), access, detail: 'installing' }
  assert.deepEqual(await panel.provisioner.describe(about), creating)
  panel.simulator.control.finishInstalls()
  assert.deepEqual(await panel.provisioner.describe(about), {
    state: 'live',
    remote_id: String(server.id),
    access,
  })
  assert.deepEqual(await panel.provisioner.create(about), {
    outcome: 'done',
    remote_id: String(server.id),
    access,
  })
  assert.equal(onlyServer(panel).id, server.id)
})

test('the client becomes one user, found by our id, then by mail address', async (t) => {
  const panel = await openPanel(t)
  await liveServer(panel)
  await liveServer(panel, { id: 'svc_2', client: { ...ANN, email: 'new@client.example' } })
  const [admin, user, ...others] = panel.simulator.control.state().users
  assert.deepEqual(others, [])
  assert.partialDeepStrictEqual(user, {
    external_id: ANN.id,
    email: ANN.email,
    first_name: 'Ann',
    last_name: 'Client',
    root_admin: false,
  })
  const staff = { ...ANN, id: 'cli_staff1', email: 'ADMIN@panel.example' }
  await liveServer(panel, { id: 'svc_3', client: staff })
  const [marked] = panel.simulator.control.state().users
  assert.deepEqual([marked?.id, marked?.external_id, marked?.username], [admin?.id, 'cli_staff1', 'admin'])
})

test('an address that only holds another address is another user', async (t) => {
  const panel = await openPanel(t)
  await liveServer(panel)
  await liveServer(panel, { id: 'svc_2', client: { ...ANN, id: 'cli_2', email: 'nn@client.example' } })
  const users = panel.simulator.control.state().users.map(({ external_id: id }) => id)
  assert.deepEqual(users, [null, ANN.id, 'cli_2'])
})

test('the account of another outside id is used as it is', async (t) => {
  const panel = await openPanel(t)
  await liveServer(panel)
  await liveServer(panel, { id: 'svc_2', client: { ...ANN, id: 'cli_2' } })
  const users = panel.simulator.control.state().users.map(({ external_id: id }) => id)
  assert.deepEqual(users, [null, ANN.id])
})

test('a name of one word, or of none, still makes a user', async (t) => {
  const panel = await openPanel(t)
  await liveServer(panel, { client: { ...ANN, name: 'Ann' } })
  await liveServer(panel, { id: 'svc_2', client: { ...ANN, id: 'cli_2', name: ' ', email: '_@b.example' } })
  const names = panel.simulator.control
    .state()
    .users.map((user) => [user.first_name, user.last_name, user.username])
  assert.deepEqual(names.slice(1), [
    ['Ann', 'Ann', 'ann.ann7k2'],
    ['cli2', 'cli2', 'ucli2'],
  ])
})

test('a lost answer makes no second user and no second server', async (t) => {
  const panel = await openPanel(t)
  panel.simulator.control.loseAnswers({ calls: 1, method: 'POST', path: '/api/application/users' })
  panel.simulator.control.loseAnswers({ calls: 1, method: 'POST', path: SERVERS })
  const outcome = await panel.provisioner.create(panel.input())
  assert.equal(outcome.outcome === 'pending' && outcome.remote_id, String(onlyServer(panel).id))
  assert.equal(panel.simulator.control.state().users.length, 2)
})

test('an answer and its look-up, both lost, are transient; the next call adopts', async (t) => {
  const panel = await openPanel(t)
  panel.simulator.control.loseAnswers({ calls: 1, method: 'POST', path: SERVERS })
  const first = panel.provisioner.create(panel.input())
  panel.simulator.control.failNext({ calls: 1, method: 'GET', path: `${SERVERS}/external/*`, status: 404 })
  panel.simulator.control.failNext({ calls: 1, method: 'GET', path: `${SERVERS}/external/*`, status: 503 })
  assert.deepEqual(
    await first,
    failure('unreachable', 'transient', 'The panel or the node of the server does not work now (503).'),
  )
  assert.equal((await panel.provisioner.create(panel.input())).outcome, 'pending')
  assert.equal(onlyServer(panel).external_id, 'svc_1')
})

test('a server error that did nothing is transient, and a retry makes one server', async (t) => {
  const panel = await openPanel(t)
  panel.simulator.control.failNext({ calls: 1, method: 'POST', path: SERVERS, status: 500 })
  const outcome = await panel.provisioner.create(panel.input())
  assert.deepEqual(
    outcome,
    failure('unreachable', 'transient', 'The panel or the node of the server does not work now (500).'),
  )
  await liveServer(panel)
  assert.equal(onlyServer(panel).external_id, 'svc_1')
})

test('a node that is down leaves nothing behind', async (t) => {
  const panel = await openPanel(t)
  for (const node of [1, 2]) panel.simulator.control.takeNodeDown(node)
  assert.deepEqual(await panel.provisioner.create(panel.input()), DOWN)
  assert.deepEqual(panel.simulator.control.state().servers, [])
  for (const node of [1, 2]) panel.simulator.control.bringNodeUp(node)
  await liveServer(panel)
})

test('no room and no free port are out of stock', async (t) => {
  const panel = await openPanel(t)
  const full = failure(
    'out_of_stock',
    'permanent',
    'No node of the chosen locations has room or a free port.',
  )
  assert.deepEqual(await panel.provisioner.create(panel.input({ settings: { memory: 900_000 } })), full)
  assert.deepEqual(
    await panel.provisioner.create(panel.input({ settings: { port_range: ['1025-1030'] } })),
    full,
  )
  assert.deepEqual(panel.simulator.control.state().servers, [])
})

test('an allocation that was just taken is passed over', async (t) => {
  const panel = await openPanel(t)
  await liveServer(panel, { settings: { node: 2 } })
  const [first] = panel.simulator.control.state().servers
  const original = globalThis.fetch
  t.after(() => void (globalThis.fetch = original))
  // Between the reading of the free ones and the order, somebody else gets the first of them.
  globalThis.fetch = async (url, init) => {
    const response = await original(url, init)
    if (!String(url).includes('/allocations?')) return response
    const body = (await response.json()) as { data: object[] }
    body.data.unshift({ object: 'allocation', attributes: { id: first?.allocation, assigned: false } })
    return Response.json(body)
  }
  await liveServer(panel, { id: 'svc_2', settings: { node: 2 } })
  const allocations = panel.simulator.control
    .state()
    .servers.map(({ allocation, node }) => [node, allocation])
  assert.deepEqual(allocations, [
    [2, 61],
    [2, 62],
  ])
})

test('variables come from the product, from options of their name, or are made', async (t) => {
  const panel = await openPanel(t)
  const rust = { nest: 2, egg: 2 }
  assert.deepEqual(
    await panel.provisioner.create(panel.input({ settings: rust })),
    failure(
      'invalid_settings',
      'permanent',
      'The product\'s setting "environment.RCON_PASS" must be set, because the egg requires it and has no default.',
    ),
  )
  const settings = {
    ...rust,
    generated: ['RCON_PASS'],
    environment: { FRAMEWORK: 'oxide', MAX_PLAYERS: 50 },
    MAX_PLAYERS: '120',
    memory: '4096',
  }
  await liveServer(panel, { settings })
  const { environment, limits } = onlyServer(panel)
  assert.match(environment['RCON_PASS'] ?? '', /^[a-zA-Z2-9]{20}$/)
  assert.deepEqual(
    { ...environment, RCON_PASS: '' },
    { HOSTNAME: 'A Rust server', MAX_PLAYERS: '120', WORLD_SIZE: '3000', RCON_PASS: '', FRAMEWORK: 'oxide' },
  )
  assert.equal(limits.memory, 4096)
})

test('what the panel refuses is told with its field', async (t) => {
  const panel = await openPanel(t)
  const outcome = await panel.provisioner.create(panel.input({ settings: { io: 5, location_ids: [0] } }))
  assert.ok(outcome.outcome === 'failed')
  assert.deepEqual([outcome.code, outcome.kind], ['invalid_settings', 'permanent'])
  assert.match(outcome.message, /^The panel refuses: .*limits\.io: .*deploy\.locations\.0: /)
})

const mistakes: [object, string][] = [
  [{ memory: 'plenty' }, 'The product\'s setting "memory" must be a whole number.'],
  [{ egg: undefined }, 'The product\'s setting "egg" must be a whole number.'],
  [{ location_ids: 1 }, 'The product\'s setting "location_ids" must be a list.'],
  [{ environment: 'A=1' }, 'The product\'s setting "environment" must be a set of names and values.'],
  [{ dedicated_ip: 'maybe' }, 'The product\'s setting "dedicated_ip" must be true or false.'],
  [{ startup: 1 }, 'The product\'s setting "startup" must be a text.'],
  [{ egg: 99 }, 'The panel refuses: There is no such resource on this panel.'],
]
for (const [settings, message] of mistakes) {
  test(`${JSON.stringify(settings)} is refused: ${message}`, async (t) => {
    const panel = await openPanel(t)
    const outcome = await panel.provisioner.create(panel.input({ settings }))
    assert.deepEqual(outcome, failure('invalid_settings', 'permanent', message))
    assert.equal(panel.simulator.control.state().users.length, 1)
  })
}

test('a server of our id with another owner or egg is left for staff', async (t) => {
  const panel = await openPanel(t)
  await liveServer(panel)
  const identifier = onlyServer(panel).uuid.slice(0, 8)
  const text = `Server ${identifier} carries the id svc_1 but has another`
  const ben = { ...ANN, id: 'cli_ben', email: 'ben@client.example' }
  assert.deepEqual(
    await panel.provisioner.create(panel.input({ client: ben })),
    failure('conflict', 'permanent', `${text} owner.`),
  )
  assert.deepEqual(
    await panel.provisioner.create(panel.input({ settings: { egg: 2, nest: 2 } })),
    failure('conflict', 'permanent', `${text} egg.`),
  )
})

test('a failed install is for staff, not for another try', async (t) => {
  const panel = await openPanel(t)
  await panel.provisioner.create(panel.input())
  panel.simulator.control.finishInstalls('failed')
  const identifier = onlyServer(panel).uuid.slice(0, 8)
  assert.equal((await panel.provisioner.describe(panel.input())).state, 'failed')
  assert.deepEqual(
    await panel.provisioner.create(panel.input()),
    failure(
      'install_failed',
      'permanent',
      `The install script of server ${identifier} failed on its node. Look at it in the panel and reinstall.`,
    ),
  )
})

test('an unknown key is a bad credential', async (t) => {
  const wrong = await openPanel(t, { application: 'ptla_wrong' })
  assert.deepEqual(
    await wrong.provisioner.create(wrong.input()),
    failure('bad_credentials', 'permanent', 'The panel does not know the key. Make a new one and save it.'),
  )
})

test('a key without the right, a full rate limit and a panel that is gone have names', async (t) => {
  const panel = await openPanel(t)
  const { control } = panel.simulator
  control.failNext({ calls: 1, status: 403 })
  const refused = await panel.provisioner.create(panel.input())
  assert.deepEqual(refused.outcome === 'failed' && [refused.code, refused.kind], [
    'bad_credentials',
    'permanent',
  ])
  control.failNext({ calls: 1, status: 429, retryAfter: 7 })
  assert.deepEqual(
    await panel.provisioner.create(panel.input()),
    failure(
      'unreachable',
      'transient',
      'The panel takes no more calls for the moment. It asks to wait 7 seconds.',
    ),
  )
  await panel.simulator.close()
  const gone = await panel.provisioner.create(panel.input())
  assert.deepEqual(gone.outcome === 'failed' && [gone.code, gone.kind], ['unreachable', 'transient'])
  await assert.rejects(panel.provisioner.describe(panel.input()), { name: 'PanelSilent' })
})

test('the server stands in the place that was chosen, on the node of it that the panel picks', async (t) => {
  const panel = await openPanel(t)
  // As an option lays it over the settings of the product: a number, or text.
  const chosen = [
    { id: 'svc_fra', settings: { location_ids: '1' }, nodes: [1, 2] },
    { id: 'svc_nyc', settings: { location_ids: '2' }, nodes: [3] },
    { id: 'svc_nyc_number', settings: { location_ids: [2] }, nodes: [3] },
  ]
  for (const { id, settings, nodes } of chosen) {
    const remote = await liveServer(panel, { id, settings })
    const server = panel.simulator.control.state().servers.find((one) => String(one.id) === remote)
    assert.ok(nodes.includes(server!.node), `${id} stands on node ${server!.node}`)
  }
})
