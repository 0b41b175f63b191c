import assert from 'node:assert/strict'
import { test } from 'node:test'
import { REFUSALS, type RefusalName } from '../../../simulators/pterodactyl/index.ts'
import { BUILD, SERVER, startPanel, USER, type Answered, type TestPanel } from './start-panel.ts'

type Scenario = (panel: TestPanel) => Promise<Answered>

const ports = (list: string[], ip = '192.0.2.99'): Scenario => {
  return ({ send }) => send('POST', '/application/nodes/1/allocations', { ip, ports: list })
}
const deploy = (wish: Record<string, unknown>, limits: Record<string, unknown> = {}): Scenario => {
  return ({ createServer }) =>
    createServer({
      limits: { memory: 1024, swap: 0, disk: 1024, io: 500, cpu: 0, ...limits },
      deploy: { locations: [], dedicated_ip: false, port_range: [], ...wish },
    })
}

/** A server of the panel, its install finished unless told; returns its identifier. */
async function makeServer(panel: TestPanel, installed = true): Promise<string> {
  const { body } = await panel.createServer()
  if (installed) panel.simulator.control.finishInstalls()
  return String(body.attributes.identifier)
}

async function askResources(panel: TestPanel, identifier: string): Promise<Answered> {
  return panel.send('GET', `/client/servers/${identifier}/resources`)
}

const withKey = (token: string) => ({ Authorization: `Bearer ${token}` })

/** How each row of the table is met. A row without a scenario does not compile. */
const SCENARIOS: Record<RefusalName, Scenario> = {
  malformed_json: async ({ simulator }) => {
    const response = await fetch(`${simulator.url}/api/application/users`, {
      method: 'POST',
      headers: {
        ...withKey(simulator.applicationKey),
        Accept: 'application/json',
        'Content-Type': 'application/json',
      },
      body: '{"email":',
    })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: JSON.parse(text) as Answered['body'],
    }
  },
  unknown_filter: ({ send }) => send('GET', '/application/users?filter[first_name]=Ann'),
  unknown_sort: ({ send }) => send('GET', '/application/servers?sort=-name'),
  user_has_servers: async (panel) => {
    await makeServer(panel)
    return panel.send('DELETE', '/application/users/1')
  },
  default_not_assigned: async (panel) => {
    await makeServer(panel)
    return panel.send('PATCH', '/application/servers/1/build', { ...BUILD, allocation: 2 })
  },
  default_removed: async (panel) => {
    await makeServer(panel)
    return panel.send('PATCH', '/application/servers/1/build', { ...BUILD, remove_allocations: [1] })
  },
  bad_address: ports(['25000'], 'localhost'),
  bad_port: ports(['http']),
  port_out_of_range: ports(['1024']),
  too_many_ports: ports(['2000-3000']),
  no_viable_node: ({ send }) => send('GET', '/application/nodes/deployable?memory=1&disk=600000'),
  no_viable_allocation: deploy({ port_range: ['40000'] }),
  unauthenticated: ({ send }) => send('GET', '/application/users', undefined, withKey('ptla_wrong')),
  address_not_allowed: ({ send, simulator }) => {
    const { issueKey } = simulator.control
    const token = issueKey({ kind: 'application', owner: 1, allowedIps: ['203.0.113.1'] })
    return send('GET', '/application/users', undefined, withKey(token))
  },
  not_an_administrator: async ({ send, simulator }) => {
    await send('POST', '/application/users', USER)
    const token = simulator.control.issueKey({ kind: 'client', owner: 2 })
    return send('GET', '/application/users', undefined, withKey(token))
  },
  application_key_on_client_api: ({ send, simulator }) =>
    send('GET', '/client', undefined, withKey(simulator.applicationKey)),
  permission_missing: ({ send, simulator }) => {
    const token = simulator.control.issueKey({
      kind: 'application',
      owner: 1,
      permissions: { users: 'read' },
    })
    return send('POST', '/application/users', USER, withKey(token))
  },
  not_found: ({ send }) => send('GET', '/application/servers/external/svc_404'),
  method_not_allowed: ({ send }) => send('DELETE', '/application/users'),
  transferring: async (panel) => {
    panel.simulator.control.setBusy(await makeServer(panel), 'transferring')
    return panel.send('POST', '/application/servers/1/suspend')
  },
  server_suspended: async (panel) => {
    const identifier = await makeServer(panel)
    await panel.send('POST', '/application/servers/1/suspend')
    return askResources(panel, identifier)
  },
  node_in_maintenance: async (panel) => {
    const identifier = await makeServer(panel)
    panel.simulator.control.setMaintenance(1, true)
    return askResources(panel, identifier)
  },
  server_not_installed: async (panel) => askResources(panel, await makeServer(panel, false)),
  server_restoring: async (panel) => {
    const identifier = await makeServer(panel)
    panel.simulator.control.setBusy(identifier, 'restoring_backup')
    return askResources(panel, identifier)
  },
  server_transferring: async (panel) => {
    const identifier = await makeServer(panel)
    panel.simulator.control.setBusy(identifier, 'transferring')
    return askResources(panel, identifier)
  },
  body_too_large: ({ send }) =>
    send('POST', '/application/users', { ...USER, email: 'x'.repeat(1024 * 1024) }),
  too_many_requests: async ({ send }) => {
    for (let call = 0; call < 720; call++) await send('GET', '/client')
    return send('GET', '/client')
  },
  daemon_failed: async (panel) => {
    await makeServer(panel)
    panel.simulator.control.takeNodeDown(1, 502)
    return panel.send('DELETE', '/application/servers/1')
  },
  daemon_unreachable: async (panel) => {
    await makeServer(panel)
    panel.simulator.control.takeNodeDown(1)
    return panel.send('POST', '/application/servers/1/suspend')
  },
}

for (const [name, scenario] of Object.entries(SCENARIOS)) {
  const row = REFUSALS[name as RefusalName]
  test(`${name} is refused with ${row.status} ${row.code}`, async (context) => {
    const { status, body } = await scenario(await startPanel(context))
    assert.equal(status, row.status)
    const [entry, ...others] = body.errors
    assert.deepEqual(others, [])
    assert.deepEqual(
      { code: entry?.code, status: entry?.status },
      { code: row.code, status: String(row.status) },
    )
    assert.ok(entry?.detail.startsWith(row.detail), entry?.detail)
  })
}

test('the daemon error names its request, and the limit says when to come back', async (context) => {
  const panel = await startPanel(context, { rateLimits: { application: 3 } })
  await makeServer(panel)
  panel.simulator.control.takeNodeDown(1, 502)
  const failed = await panel.send('POST', '/application/servers/1/reinstall')
  assert.match(failed.body.errors[0]?.detail ?? '', /\(request_id: [0-9a-f-]{36}\)$/)
  assert.equal(failed.headers.get('x-ratelimit-remaining'), '1')
  await panel.send('GET', '/application/users')
  panel.clock.now += 10_000
  const limited = await panel.send('GET', '/application/users')
  assert.equal(limited.status, 429)
  assert.equal(limited.headers.get('retry-after'), '50')
  assert.equal(limited.headers.get('x-ratelimit-remaining'), '0')
  panel.clock.now += 50_000
  const after = await panel.send('GET', '/application/users')
  assert.deepEqual([after.status, after.headers.get('x-ratelimit-remaining')], [200, '2'])
})

test('a caller who does not ask for JSON gets a page, or is sent to sign in or back', async (context) => {
  const { send, simulator } = await startPanel(context)
  const accept = { Accept: '*/*' }
  const missing = await send('GET', '/application/servers/9', undefined, accept)
  assert.equal(missing.status, 404)
  assert.match(missing.headers.get('content-type') ?? '', /^text\/html/)
  const unsigned = await send('GET', '/application/servers', undefined, {
    ...accept,
    ...withKey('ptla_wrong'),
  })
  assert.deepEqual([unsigned.status, unsigned.headers.get('location')], [302, '/auth/login'])
  const invalid = await send('POST', '/application/servers', SERVER.limits as Record<string, unknown>, accept)
  assert.deepEqual([invalid.status, invalid.headers.get('location')], [302, '/'])
  assert.equal((await fetch(`${simulator.url}/auth/login`)).status, 200)
})
