import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BUILD, PAPER, SERVER, startPanel, STARTUP, USER } from './start-panel.ts'

const ONE = '/application/servers/1'

test('a server installs for its time on the clock and is found by its external id', async (context) => {
  const { send, createServer, clock } = await startPanel(context)
  const created = await createServer()
  assert.equal(created.status, 201)
  const { attributes } = created.body
  assert.equal(attributes.identifier, String(attributes.uuid).slice(0, 8))
  assert.deepEqual(
    [attributes.status, attributes.node, attributes.nest, attributes.suspended],
    ['installing', 1, 1, false],
  )
  assert.deepEqual(attributes.limits, {
    memory: 2048,
    swap: 0,
    disk: 10_240,
    io: 500,
    cpu: 200,
    threads: null,
    oom_disabled: true,
  })
  clock.now += 59_999
  assert.equal((await send('GET', ONE)).body.attributes.status, 'installing')
  clock.now += 1
  const { body } = await send('GET', '/application/servers/external/svc_1')
  assert.deepEqual([body.attributes.id, body.attributes.status], [1, null])
  const again = await createServer({ allocation: { default: 2 } })
  assert.equal(again.status, 422)
  assert.deepEqual(again.body.errors[0]?.meta, { source_field: 'external_id', rule: 'unique' })
})

test('a required variable that is missing is refused by name', async (context) => {
  const { createServer } = await startPanel(context)
  const { status, body } = await createServer({
    egg: 2,
    environment: { HOSTNAME: 'Mine', MAX_PLAYERS: '900' },
  })
  assert.equal(status, 422)
  assert.deepEqual(
    body.errors.map(({ meta }) => [meta?.source_field, meta?.rule]),
    [
      ['environment.MAX_PLAYERS', 'between'],
      ['environment.WORLD_SIZE', 'required'],
      ['environment.RCON_PASS', 'required'],
      ['environment.FRAMEWORK', 'required'],
    ],
  )
})

test('deploy chooses a node with room and a port in range, alone on its address when dedicated', async (context) => {
  const { createServer } = await startPanel(context)
  const deploy = { locations: [2], dedicated_ip: false, port_range: ['25570-25571'] }
  const placed = await createServer({ allocation: undefined, deploy })
  assert.deepEqual([placed.body.attributes.node, placed.body.attributes.allocation], [3, 126])
  const dedicated = { ...deploy, dedicated_ip: true }
  const refused = await createServer({ external_id: 'svc_2', deploy: dedicated })
  assert.deepEqual([refused.status, refused.body.errors[0]?.code], [400, 'NoViableAllocationException'])
})

test('details that are not sent are emptied', async (context) => {
  const { send, createServer } = await startPanel(context)
  await createServer({ description: 'Old' })
  const { status, body } = await send('PATCH', `${ONE}/details`, { name: 'New name', user: 1 })
  assert.equal(status, 200)
  const { name, external_id, description } = body.attributes
  assert.deepEqual([name, external_id, description], ['New name', null, ''])
})

test('a build takes null databases as unlimited and null backups as none', async (context) => {
  const { send, createServer } = await startPanel(context)
  const limits = { databases: null, backups: null, allocations: null }
  const created = await createServer({ feature_limits: limits })
  assert.deepEqual(created.body.attributes.feature_limits, { databases: 0, allocations: 0, backups: 0 })
  const built = await send('PATCH', `${ONE}/build`, { ...BUILD, feature_limits: limits })
  assert.deepEqual(built.body.attributes.feature_limits, { databases: null, allocations: null, backups: 0 })
  assert.equal((built.body.attributes.limits as { memory: number }).memory, 4096)
})

test('a build stores its values while the node is down and moves allocations', async (context) => {
  const { send, createServer, simulator } = await startPanel(context)
  await createServer()
  simulator.control.takeNodeDown(1)
  const moved = await send('PATCH', `${ONE}/build`, {
    ...BUILD,
    add_allocations: [5, 6, 100],
    remove_allocations: [1],
  })
  assert.deepEqual([moved.status, moved.body.attributes.allocation], [200, 5])
  assert.deepEqual(
    simulator.control.state().allocations.map(({ id }) => id),
    [5, 6],
  )
})

test('a startup change needs the complete set of variables', async (context) => {
  const { send, createServer } = await startPanel(context)
  await createServer()
  const { SERVER_JARFILE: _missing, ...partial } = PAPER
  const refused = await send('PATCH', `${ONE}/startup`, { ...STARTUP, environment: partial })
  assert.deepEqual(refused.body.errors[0]?.meta, {
    source_field: 'environment.SERVER_JARFILE',
    rule: 'required',
  })
  const changed = await send('PATCH', `${ONE}/startup`, {
    ...STARTUP,
    environment: { ...PAPER, BUILD_NUMBER: '12' },
  })
  const { environment, image } = changed.body.attributes.container as { environment: object; image: string }
  assert.equal('BUILD_NUMBER' in environment && environment.BUILD_NUMBER, '12')
  assert.equal(image, 'registry.panel.example/yolks:java_17')
})

test('suspension is idempotent, outlives the install and is left alone when the node is down', async (context) => {
  const { send, createServer, simulator, clock } = await startPanel(context)
  await createServer()
  const status = async () => (await send('GET', ONE)).body.attributes.status
  assert.equal((await send('POST', `${ONE}/suspend`)).status, 204)
  assert.equal((await send('POST', `${ONE}/suspend`)).status, 204)
  clock.now += 120_000
  assert.equal(await status(), 'suspended')
  simulator.control.takeNodeDown(1, 502)
  assert.equal((await send('POST', `${ONE}/unsuspend`)).status, 502)
  assert.equal(await status(), 'suspended')
  assert.equal((await send('POST', `${ONE}/suspend`)).status, 204)
  simulator.control.bringNodeUp(1)
  assert.equal((await send('POST', `${ONE}/unsuspend`)).status, 204)
  assert.equal((await send('POST', `${ONE}/unsuspend`)).status, 204)
  assert.equal(await status(), null)
})

test('an install or a reinstall can fail, and a reinstall can be repeated', async (context) => {
  const { send, createServer, simulator } = await startPanel(context)
  await createServer()
  const status = async () => (await send('GET', ONE)).body.attributes.status
  assert.equal(simulator.control.finishInstalls('failed'), 1)
  assert.equal(await status(), 'install_failed')
  assert.equal((await send('POST', `${ONE}/reinstall`)).status, 204)
  assert.equal(await status(), 'installing')
  simulator.control.finishInstalls('failed')
  assert.equal(await status(), 'reinstall_failed')
})

test('a create that cannot reach the node leaves nothing behind', async (context) => {
  const { createServer, simulator } = await startPanel(context)
  simulator.control.takeNodeDown(1)
  assert.equal((await createServer()).status, 504)
  const { servers, allocations } = simulator.control.state()
  assert.deepEqual([servers, allocations], [[], []])
  simulator.control.bringNodeUp(1)
  assert.equal((await createServer()).status, 201)
})

test('a delete needs the node unless it is forced, and frees allocations and owner', async (context) => {
  const { send, createServer, simulator } = await startPanel(context)
  await send('POST', '/application/users', USER)
  await createServer({ user: 2 })
  await send('POST', `${ONE}/databases`, { database: 'shop', remote: '%', host: 1 })
  simulator.control.takeNodeDown(1)
  assert.equal((await send('DELETE', ONE)).status, 504)
  assert.equal((await send('DELETE', `${ONE}/force`)).status, 204)
  assert.equal((await send('DELETE', ONE)).status, 404)
  assert.deepEqual(simulator.control.state().allocations, [])
  assert.equal((await send('DELETE', '/application/users/2')).status, 204)
})

test('databases are made, shown with their password when asked, and deleted', async (context) => {
  const { send, createServer } = await startPanel(context)
  await createServer()
  const made = await send('POST', `${ONE}/databases`, { database: 'shop', remote: '%', host: 1 })
  assert.deepEqual([made.status, made.body.attributes.database], [201, 's1_shop'])
  const password = async () => {
    const { body } = await send('GET', `${ONE}/databases/1?include=password`)
    return JSON.stringify(body.attributes.relationships)
  }
  const first = await password()
  assert.match(first, /"password":"[\w-]{24}"/)
  assert.equal((await send('POST', `${ONE}/databases/1/reset-password`)).status, 204)
  assert.notEqual(await password(), first)
  assert.equal((await send('DELETE', `${ONE}/databases/1`)).status, 204)
  assert.deepEqual((await send('GET', `${ONE}/databases`)).body.data, [])
})

test('servers are listed by parts of what they hold', async (context) => {
  const { send, createServer } = await startPanel(context)
  await createServer()
  await createServer({ ...SERVER, external_id: 'svc_10', name: 'Another', allocation: { default: 2 } })
  const ids = async (filter: string) => {
    const { body } = await send('GET', `/application/servers?${filter}`)
    return body.data.map(({ attributes }) => attributes.external_id)
  }
  assert.deepEqual(await ids('filter[external_id]=SVC_1'), ['svc_1', 'svc_10'])
  assert.deepEqual(await ids('filter[name]=other'), ['svc_10'])
})
