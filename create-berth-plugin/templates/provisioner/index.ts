import {
  definePlugin,
  failed,
  jsonApi,
  type ProvisionInput,
  type ServerTarget,
  type ServiceReport,
  urlPath,
} from '@berth/sdk'

/** A box as the panel tells it. */
interface Box {
  id: string
  external_id: string
  state: 'live' | 'suspended'
  memory: number
  address: string
  password: string
}

export default definePlugin({
  provisioner: (context) => ({
    async create(input) {
      // Core may call again when an answer was lost: there is never a second box for one external id.
      const box = (await find(input)) ?? (await panelOf(input.server).post<Box>('/boxes', wishOf(input)))
      // Thrown, it is an unknown outcome: core asks `describe` before it tries again.
      if (box === undefined) throw new Error('The panel answered without a box.')
      context.log.info('The box stands.', { id: box.id })
      return { outcome: 'done', remote_id: box.id, access: accessOf(box) }
    },

    async describe(input): Promise<ServiceReport> {
      const box = await find(input)
      return box
        ? { state: box.state, remote_id: box.id, access: accessOf(box) }
        : { state: 'absent', detail: 'The panel has no such box.' }
    },

    suspend: (input) => set(input, { state: 'suspended' }),
    release: (input) => set(input, { state: 'live' }),
    change: (input) => set(input, { memory: Number(input.service.settings.memory) }),

    async terminate(input) {
      const box = await find(input)
      if (box) await panelOf(input.server).delete(urlPath`/boxes/${box.id}`)
      return { outcome: 'done' }
    },

    async test_connection({ server }) {
      const ok = (await panelOf(server).get('/boxes?external_id=none')) !== undefined
      const detail = ok ? 'The panel takes the key.' : 'There is no such panel at this address.'
      return { ok, steps: [{ name: 'api_key', ok, detail }] }
    },
  }),
})

const wishOf = ({ service }: ProvisionInput) => ({
  external_id: service.external_id,
  name: service.label,
  memory: Number(service.settings.memory),
})

const accessOf = ({ address, password }: Box) => [
  { label: 'Address', value: address, kind: 'text' as const },
  { label: 'Password', value: password, kind: 'secret' as const },
]

async function find({ server, service }: ProvisionInput): Promise<Box | undefined> {
  const boxes = await panelOf(server).get<Box[]>(urlPath`/boxes?external_id=${service.external_id}`)
  return boxes?.[0]
}

async function set(input: ProvisionInput, change: Partial<Box>) {
  const box = await find(input)
  if (!box) return failed('conflict', 'The panel has no such box.')
  await panelOf(input.server).patch(urlPath`/boxes/${box.id}`, change)
  return { outcome: 'done' as const, remote_id: box.id }
}

/** Throws whenever there is no clear answer: core then asks `describe` before it tries again. */
const panelOf = ({ settings }: ServerTarget) =>
  // What stands in the header is a token; the key itself is put in as the request leaves.
  jsonApi(`${String(settings.panel_url)}/api`, { authorization: `Bearer ${String(settings.api_key)}` })
