import { companyAt, serverToken, type Conformance } from '../../../sdk/test-kit/index.ts'
import { startPterodactyl } from '../../../simulators/pterodactyl/index.ts'
import { ANN, PAPER } from './open-panel.ts'

const PANEL = 'panel.berth.example'
const server = {
  id: 'srv_1',
  settings: {
    panel_url: `https://${PANEL}`,
    application_key: serverToken('application_key'),
    client_key: serverToken('client_key'),
  },
}

const order = (settings: object) => ({
  server,
  service: { external_id: 'svc_1', label: 'Ann plays', settings, client: ANN },
})

/** What happens each time that it is told. */
const ACTS = /^POST .*\/(power|reinstall) 204$/

/** The server of "svc_0", which stands before anything is asked. */
async function standing(url: string): Promise<void> {
  const post = async (path: string, body: object) => {
    const headers = { authorization: `Bearer ${KEYS.application}`, 'content-type': 'application/json' }
    const answer = await fetch(`${url}/api/application${path}`, {
      ...{ method: 'POST', headers, body: JSON.stringify(body) },
    })
    return ((await answer.json()) as { attributes: { id: number } }).attributes.id
  }
  const user = await post('/users', {
    ...{ email: ANN.email, username: 'ann.client', first_name: 'Ann', last_name: 'Client' },
    external_id: ANN.id,
  })
  const { memory, disk, cpu } = PAPER
  await post('/servers', {
    ...{ external_id: 'svc_0', name: 'Ann played', user, egg: 1, allocation: { default: 1 } },
    ...{ docker_image: 'registry.panel.example/yolks:java_21', startup: 'java -jar server.jar' },
    environment: { MINECRAFT_VERSION: 'latest', SERVER_JARFILE: 'server.jar', BUILD_NUMBER: 'latest' },
    limits: { memory, disk, cpu, swap: 0, io: 500 },
    feature_limits: { databases: 0, backups: 0 },
  })
}

const KEYS = { application: 'ptla_simulated_application_key', client: 'ptlc_simulated_client_key' }
const stands = { server, service: { ...order(PAPER).service, external_id: 'svc_0' } }

export default {
  secrets: {
    'server.application_key': KEYS.application,
    'server.client_key': KEYS.client,
  },
  hosts: [PANEL],
  async company() {
    const { url, control, close } = await startPterodactyl({
      clock: () => Date.UTC(2026, 10, 21),
      installMs: 0,
      rateLimits: { application: 100_000, client: 100_000 },
    })
    await standing(url)
    const done = () =>
      control.calls().filter(({ method, path, status }) => ACTS.test(`${method} ${path} ${status}`))
    return companyAt(url, { made: () => control.state().servers.length + done().length, close })
  },
  inputs: {
    create: [order(PAPER)],
    power: [{ ...stands, signal: 'restart' }],
    change_owner: [{ ...stands, before: { id: 'cli_before', email: 'before@client.example' } }],
    reinstall: [{ ...stands, keep_data: false }],
    test_connection: [{ server }],
    capacity: [{ server }],
    server_health: [{ server }],
    list_accounts: [{ server }],
  },
  declines: {
    create: [
      { input: order({ ...PAPER, memory: 4_000_000 }), says: { code: 'out_of_stock', kind: 'permanent' } },
      { input: order({ ...PAPER, nest: 99 }), says: { code: 'invalid_settings', kind: 'permanent' } },
    ],
    suspend: [{ input: order(PAPER), says: { code: 'absent', kind: 'permanent' } }],
  },
} satisfies Conformance
