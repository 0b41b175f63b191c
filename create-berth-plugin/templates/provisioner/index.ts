import { definePlugin, type ProvisionInput, type ServerTarget, type ServiceReport } from '@berth/sdk'

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
      const box = (await find(input)) ?? (await panel<Box>(input.server, 'POST', '/boxes', wishOf(input)))
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
      if (box) await panel(input.server, 'DELETE', `/boxes/${box.id}`)
      return { outcome: 'done' }
    },

    async test_connection({ server }) {
      await panel(server, 'GET', '/boxes?external_id=none')
      return { ok: true, steps: [{ name: 'api_key', ok: true, detail: 'The panel takes the key.' }] }
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
  const query = encodeURIComponent(service.external_id)
  const [box] = await panel<Box[]>(server, 'GET', `/boxes?external_id=${query}`)
  return box
}

async function set(input: ProvisionInput, change: Partial<Box>) {
  const box = await find(input)
  if (!box)
    return {
      ...{ outcome: 'failed' as const, code: 'conflict', kind: 'permanent' as const },
      message: 'The panel has no such box.',
    }
  await panel(input.server, 'PATCH', `/boxes/${box.id}`, change)
  return { outcome: 'done' as const, remote_id: box.id }
}

/** Asks the panel. Throws whenever there is no clear answer: core then asks `describe` before it tries again. */
async function panel<T>({ settings }: ServerTarget, method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(`${String(settings.panel_url)}/api${path}`, {
    method,
    headers: {
      // What stands here is a token; the key itself is put in as the request leaves.
      authorization: `Bearer ${String(settings.api_key)}`,
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  if (!response.ok) throw new Error(`The panel answered ${response.status} to ${method} ${path}.`)
  return (await response.json()) as T
}
