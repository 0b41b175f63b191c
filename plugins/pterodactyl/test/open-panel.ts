import type { TestContext } from 'node:test'
import type { ProvisionInput } from '../../../sdk/index.ts'
import {
  openTestInstance,
  serverToken,
  strictProvisioner,
  type CalledProvisioner,
} from '../../../sdk/test-kit/index.ts'
import { startPterodactyl, type PterodactylSimulator } from '../../../simulators/pterodactyl/index.ts'
import plugin from '../index.ts'

export const ANN = { id: 'cli_01ann7k2', name: 'Ann Client', email: 'Ann@client.example', locale: 'en' }

export const PAPER = {
  nest: 1,
  egg: 1,
  location_ids: [1],
  memory: 2048,
  disk: 10_240,
  cpu: 200,
  databases: 1,
  backups: 2,
}

export interface TestPanel {
  simulator: PterodactylSimulator
  provisioner: CalledProvisioner
  clock: { now: number }
  /** The input of a call about one service; `settings` are laid over those of a Paper server. */
  input(change?: {
    id?: string
    remote?: string
    settings?: object
    label?: string
    client?: typeof ANN
  }): ProvisionInput
}

/** The plugin with both keys against a panel whose clock stands still. */
export async function openPanel(
  t: TestContext,
  keys: { application?: string; client?: string | null } = {},
): Promise<TestPanel> {
  const clock = { now: Date.UTC(2026, 10, 21) }
  const simulator = await startPterodactyl({
    clock: () => clock.now,
    installMs: 60_000,
    rateLimits: { application: 100_000, client: 100_000 },
  })
  const clientKey = keys.client === undefined ? simulator.clientKey : keys.client
  const { context, close } = openTestInstance({
    secrets: {
      'server.application_key': keys.application ?? simulator.applicationKey,
      ...(clientKey === null ? {} : { 'server.client_key': clientKey }),
    },
  })
  t.after(async () => {
    close()
    await simulator.close()
  })
  const settings = {
    panel_url: `${simulator.url}/`,
    application_key: serverToken('application_key'),
    ...(clientKey === null ? {} : { client_key: serverToken('client_key') }),
  }
  return {
    simulator,
    clock,
    provisioner: strictProvisioner(plugin, context),
    input: ({ id = 'svc_1', remote, settings: more = {}, label = 'Ann plays', client = ANN } = {}) => ({
      server: { id: 'srv_1', settings },
      service: {
        external_id: id,
        label,
        settings: { ...PAPER, ...more },
        client,
        ...(remote === undefined ? {} : { remote_id: remote }),
      },
    }),
  }
}

/** Creates the server of one service and ends its install; answers its id at the panel. */
export async function liveServer(panel: TestPanel, change = {}): Promise<string> {
  const outcome = await panel.provisioner.create(panel.input(change))
  if (outcome.outcome !== 'pending') throw new Error(`Expected pending: ${JSON.stringify(outcome)}`)
  panel.simulator.control.finishInstalls()
  return outcome.remote_id
}

export const onlyServer = ({ simulator }: TestPanel) => {
  const [first, ...others] = simulator.control.state().servers
  if (first === undefined || others.length > 0) throw new Error(`${others.length + 1} servers, not one.`)
  return first
}

export const failure = (code: string, kind: 'permanent' | 'transient', message: string) => ({
  outcome: 'failed',
  code,
  message,
  kind,
})
