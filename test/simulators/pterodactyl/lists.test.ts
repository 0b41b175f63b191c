import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SERVER, startPanel, USER } from './start-panel.ts'

test('users are created, found, changed and deleted', async (context) => {
  const { send, simulator } = await startPanel(context)
  const created = await send('POST', '/application/users', { ...USER, username: 'Ann.Client' })
  assert.equal(created.status, 201)
  assert.equal(created.body.meta.resource, `${simulator.url}/api/application/users/2`)
  assert.deepEqual(created.body.attributes, {
    id: 2,
    external_id: 'cli_1',
    uuid: created.body.attributes.uuid,
    username: 'ann.client',
    email: 'ann@client.example',
    first_name: 'Ann',
    last_name: 'Client',
    language: 'en',
    root_admin: false,
    '2fa': false,
    created_at: '2026-01-15T12:00:00+00:00',
    updated_at: '2026-01-15T12:00:00+00:00',
  })
  assert.equal((await send('GET', '/application/users/external/cli_1')).body.attributes.id, 2)
  const changed = { ...USER, last_name: 'Customer', external_id: undefined }
  const { status, body } = await send('PATCH', '/application/users/2', changed)
  assert.equal(status, 200)
  assert.deepEqual([body.attributes.last_name, body.attributes.external_id], ['Customer', 'cli_1'])
  assert.equal((await send('DELETE', '/application/users/2')).status, 204)
  assert.equal((await send('GET', '/application/users/2')).status, 404)
})

test('filters match parts whatever the case, and several errors come in one 422', async (context) => {
  const { send } = await startPanel(context)
  await send('POST', '/application/users', USER)
  const short = await send('POST', '/application/users', { ...USER, username: 'x', first_name: '  ' })
  assert.deepEqual(
    short.body.errors.map(({ meta }) => [meta?.source_field, meta?.rule]),
    [
      ['external_id', 'unique'],
      ['email', 'unique'],
      ['username', 'username'],
      ['first_name', 'required'],
    ],
  )
  await send('POST', '/application/users', {
    ...USER,
    email: 'joann@client.example',
    username: 'joann',
    external_id: 'c2',
  })
  const found = await send('GET', '/application/users?filter[email]=ANN@CLIENT&sort=-id')
  assert.deepEqual(
    found.body.data.map(({ attributes }) => attributes.email),
    ['joann@client.example', 'ann@client.example'],
  )
})

test('lists are paged, and only a list of several pages has links', async (context) => {
  const { send, simulator } = await startPanel(context)
  const path = '/application/nodes/1/allocations'
  const second = await send('GET', `${path}?per_page=25&page=2`)
  assert.deepEqual(second.body.meta.pagination, {
    total: 60,
    count: 25,
    per_page: 25,
    current_page: 2,
    total_pages: 3,
    links: { previous: `${simulator.url}/api${path}?page=1`, next: `${simulator.url}/api${path}?page=3` },
  })
  const locations = await send('GET', '/application/locations')
  assert.deepEqual(locations.body.meta.pagination.links, {})
  assert.deepEqual(
    locations.body.data.map(({ attributes }) => attributes.short),
    ['eu.fra', 'us.nyc'],
  )
})

test('nests and eggs come whole, variables only when asked for', async (context) => {
  const { send } = await startPanel(context)
  const nests = await send('GET', '/application/nests')
  assert.deepEqual(
    nests.body.data.map(({ attributes }) => attributes.name),
    ['Minecraft', 'Survival'],
  )
  assert.equal(nests.body.meta, undefined)
  const bare = await send('GET', '/application/nests/2/eggs')
  assert.deepEqual(
    bare.body.data.map(({ attributes }) => [attributes.name, attributes.relationships]),
    [
      ['Rust', undefined],
      ['Valheim', undefined],
    ],
  )
  const egg = await send('GET', '/application/nests/1/eggs/1?include=variables')
  const { variables } = egg.body.attributes.relationships as { variables: { data: { attributes: object }[] } }
  assert.deepEqual(
    variables.data.map(({ attributes }) => 'env_variable' in attributes && attributes.env_variable),
    ['MINECRAFT_VERSION', 'SERVER_JARFILE', 'BUILD_NUMBER'],
  )
  assert.equal(egg.body.attributes.docker_image, 'registry.panel.example/yolks:java_21')
  assert.equal((await send('GET', '/application/nests/1/eggs/2')).status, 404)
})

test('an include that the key does not permit is a null resource', async (context) => {
  const { send, simulator, createServer } = await startPanel(context)
  await createServer()
  const token = simulator.control.issueKey({
    kind: 'application',
    owner: 1,
    permissions: { servers: 'read' },
  })
  const headers = { Authorization: `Bearer ${token}` }
  const { body } = await send('GET', '/application/servers/1?include=user,variables', undefined, headers)
  const { user, variables } = body.attributes.relationships as Record<
    string,
    { object: string; attributes: unknown }
  >
  assert.deepEqual(user, { object: 'null_resource', attributes: null })
  assert.equal(variables?.object, 'list')
})

test('nodes with room follow what is allocated and the overallocation', async (context) => {
  const { send, createServer } = await startPanel(context)
  const names = async (query: string) => {
    const { body } = await send('GET', `/application/nodes/deployable?${query}`)
    return body.data.map(({ attributes }) => attributes.name)
  }
  assert.deepEqual(await names('memory=40960&disk=1'), ['fra-1', 'fra-2'])
  // nyc-1 has 16384 MiB and an overallocation of -1, which placement reads as minus one percent.
  assert.deepEqual(await names('memory=16220&disk=1&location_ids[]=2'), ['nyc-1'])
  assert.equal(
    (await send('GET', '/application/nodes/deployable?memory=16221&disk=1&location_ids[]=2')).status,
    400,
  )
  await createServer({ limits: { ...(SERVER.limits as object), memory: 65_536 } })
  assert.deepEqual(await names('memory=40960&disk=1'), ['fra-2'])
  const unpaged = await send('GET', '/application/nodes/deployable?memory=1&disk=1')
  assert.equal(unpaged.body.meta, undefined)
  const paged = await send('GET', '/application/nodes/deployable?memory=1&disk=1&page=1')
  assert.equal(paged.body.meta.pagination.total, 2)
  const node = await send('GET', '/application/nodes/1')
  assert.deepEqual(node.body.attributes.allocated_resources, { memory: 65_536, disk: 10_240 })
})

test('added ports are free allocations; those that exist are passed over', async (context) => {
  const { send, createServer } = await startPanel(context)
  const sent = { ip: '192.0.2.10', ports: ['25565', '30000-30002'] }
  assert.equal((await send('POST', '/application/nodes/1/allocations', sent)).status, 204)
  await createServer()
  const free = await send('GET', '/application/nodes/1/allocations?filter[server_id]=0&per_page=200')
  assert.equal(free.body.meta.pagination.total, 62)
  const held = await send('GET', '/application/nodes/1/allocations?filter[server_id]=1')
  assert.deepEqual(
    held.body.data.map(({ attributes }) => attributes),
    [
      {
        id: 1,
        ip: '192.0.2.10',
        alias: 'play.fra-1.panel.example',
        port: 25565,
        notes: null,
        assigned: true,
      },
    ],
  )
})
