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

export default {
  secrets: {
    'server.application_key': 'ptla_simulated_application_key',
    'server.client_key': 'ptlc_simulated_client_key',
  },
  hosts: [PANEL],
  async company() {
    const { url, control, close } = await startPterodactyl({
      clock: () => Date.UTC(2026, 10, 21),
      installMs: 0,
      rateLimits: { application: 100_000, client: 100_000 },
    })
    return companyAt(url, { made: () => control.state().servers.length, close })
  },
  inputs: {
    create: [order(PAPER)],
    test_connection: [{ server }],
  },
  declines: {
    create: [
      { input: order({ ...PAPER, memory: 4_000_000 }), says: { code: 'out_of_stock', kind: 'permanent' } },
      { input: order({ ...PAPER, nest: 99 }), says: { code: 'invalid_settings', kind: 'permanent' } },
    ],
    suspend: [{ input: order(PAPER), says: { code: 'absent', kind: 'permanent' } }],
  },
} satisfies Conformance
