import {
  type AccessDetail,
  type ActOutcome,
  type ChangeInput,
  definePlugin,
  failed,
  jsonApi,
  type ProvisionInput,
  urlPath,
} from '../../sdk/index.ts'
import { ACTIONS } from './actions.ts'

/** A server as the cloud tells it. */
interface Machine extends Record<'id' | 'power' | 'user' | 'hostname' | 'password', string> {
  state: 'live' | 'suspended' | 'busy'
  addresses: { ip: string; reverse_dns: string | null }[]
}

type Job = { job: string; state: 'running' | 'done' | 'failed'; problem?: string }
/** A server bears our id as its name, so it is found again after a lost answer. */
const pathOf = ({ service }: ProvisionInput, part = '') => urlPath`/servers/${service.external_id}` + part

export default definePlugin({
  provisioner: ({ secret }) => {
    const cloud = jsonApi('https://cloud.example.com', {
      authorization: `Bearer ${secret.header('api_key')}`,
    })
    const find = (input: ProvisionInput) => cloud.get<Machine>(pathOf(input))
    const set = async (input: ChangeInput, change: object) =>
      doneOf(await cloud.patch<Machine>(pathOf(input), change, input.idempotency_key))
    /** The cloud keeps keys: the same one does nothing a second time. What takes long is followed by its job. */
    const act = async (input: ChangeInput, act: string, values: object = {}) =>
      outcomeOf(await cloud.post(pathOf(input, '/acts'), { act, ...values }, input.idempotency_key))
    return {
      async create(input) {
        const { external_id: name, settings } = input.service
        const wish = { name, plan: settings['plan'] }
        const machine =
          (await find(input)) ?? (await cloud.post<Machine>('/servers', wish, input.idempotency_key))
        if (typeof machine?.id !== 'string') throw new Error('The cloud answered without a server.')
        return doneOf(machine)
      },
      async describe(input) {
        const machine = await find(input)
        if (machine === undefined) return { state: 'absent' }
        const { id, state, power, user, hostname, addresses } = machine
        const names = { user, domain: hostname }
        return { state, power, addresses, remote_id: id, names, access: accessOf(machine) }
      },
      suspend: (input) => set(input, { state: 'suspended', reason: input.reasons.join(', ') }),
      release: (input) => set(input, { state: 'live' }),
      change: (input) => set(input, { plan: input.service.settings['plan'] }),
      async terminate(input) {
        await cloud.delete(pathOf(input), input.idempotency_key)
        return { outcome: 'done' }
      },
      async power(input) {
        const told = await act(input, 'power', { signal: input.signal })
        return told.outcome === 'failed' ? told : { outcome: 'done' }
      },
      change_password: (input) => set(input, { password: input.password }),
      rename: (input) => act(input, 'rename', { user: input.user, hostname: input.domain }),
      async sign_on(input) {
        const path = pathOf(input, '/sessions')
        const session = await cloud.post<{ url: string; expires_at: string }>(path, { as: input.as })
        return session ? { outcome: 'ready', ...session } : MISSING
      },
      async draw_panel(input) {
        const addresses = (await find(input))?.addresses ?? []
        const facts = addresses.map(({ ip, reverse_dns: name }) => ({ label: ip, value: name ?? '–' }))
        return { blocks: [{ block: 'facts', facts }] }
      },
      server_health: async () => (await cloud.get('/health')) ?? { status: 'down', checks: [] },
      follow: async (input) => outcomeOf(await cloud.get(pathOf(input) + urlPath`/acts/${input.reference}`)),
      list_actions: () => Promise.resolve({ actions: ACTIONS }),
      async run_action(input) {
        const told = await act(input, input.action, input.values)
        const flushed = told.outcome === 'done' && input.action === 'flush_cache'
        return flushed ? { outcome: 'message', message: 'The cache is empty.' } : told
      },
      reinstall: (input) => act(input, 'reinstall', { image: input.image, keep: input.keep_data }),
      list_images: async () => ({ images: (await cloud.get('/images')) ?? [] }),
      rescue: (input) => act(input, 'rescue', { on: input.on, image: input.image }),
      list_snapshots: async (input) => ({ snapshots: (await cloud.get(pathOf(input, '/snapshots'))) ?? [] }),
      create_snapshot: (input) => act(input, 'snapshot', { name: input.name }),
      restore_snapshot: (input) => act(input, 'restore', { snapshot: input.snapshot }),
      remove_snapshot: (input) => act(input, 'drop', { snapshot: input.snapshot }),
      set_reverse_dns: (input) => act(input, 'reverse_dns', { ip: input.ip, name: input.name }),
    }
  },
})

const accessOf = ({ addresses, user, password }: Machine): AccessDetail[] => [
  ...addresses.map(({ ip }) => ({ label: 'Address', value: ip, kind: 'text' as const })),
  { label: 'User name', value: user, kind: 'text' },
  { label: 'Password', value: password, kind: 'secret' },
]

const doneOf = (machine: Machine | undefined) =>
  machine ? { outcome: 'done' as const, remote_id: machine.id, access: accessOf(machine) } : MISSING

const MISSING = failed('absent', 'The cloud has no such server.')

function outcomeOf(job: Job | undefined): ActOutcome {
  if (job === undefined) return MISSING
  if (job.state === 'done') return { outcome: 'done' }
  if (job.state === 'running') return { outcome: 'pending', reference: job.job }
  if (job.state === 'failed') return failed('refused', job.problem ?? 'The cloud gave up.')
  throw new Error('The cloud answered with a state that there is not.')
}
