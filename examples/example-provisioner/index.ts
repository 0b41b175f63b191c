import {
  definePlugin,
  failed,
  jsonApi,
  type ChangeInput,
  type ProvisionInput,
  type ProvisionOutcome,
  type RemoteAccount,
  urlPath,
} from '../../sdk/index.ts'

interface Box {
  id: string
  name: string
  state: 'live' | 'suspended'
  plan: string
}

export default definePlugin({
  provisioner: ({ secret }) => {
    const panel = jsonApi('https://panel.example.com', {
      authorization: `Bearer ${secret.header('api_key')}`,
    })
    /** A box bears our id as its name, so it is found again after a lost answer. */
    const find = (input: ProvisionInput) => panel.get<Box>(pathOf(input))
    const set = async (input: ChangeInput, change: object): Promise<ProvisionOutcome> => {
      const box = await panel.patch<Box>(pathOf(input), change, input.idempotency_key)
      return box ? { outcome: 'done', remote_id: box.id } : MISSING
    }
    return {
      async create(input) {
        const { external_id: name, settings } = input.service
        const wish = { name, plan: settings['plan'] }
        const box = (await find(input)) ?? (await panel.post<Box>('/boxes', wish, input.idempotency_key))
        if (typeof box?.id !== 'string') throw new Error('The panel answered without a box.')
        return { outcome: 'done', remote_id: box.id }
      },
      async describe(input) {
        const box = await find(input)
        return box ? { state: box.state, remote_id: box.id } : { state: 'absent' }
      },
      suspend: (input) => set(input, { state: 'suspended' }),
      release: (input) => set(input, { state: 'live' }),
      change: (input) => set(input, { plan: input.service.settings['plan'] }),
      renew: (input) => set(input, { through: input.through }),
      async terminate(input) {
        await panel.delete(pathOf(input), input.idempotency_key)
        return { outcome: 'done' }
      },
      async list_accounts({ cursor = '' }) {
        const page = await panel.get<{ boxes: Box[]; next?: string }>(urlPath`/boxes?after=${cursor}`)
        if (page === undefined) throw new Error('The panel answered without its boxes.')
        const accounts = page.boxes.map(accountOf)
        return { accounts, ...(page.next === undefined ? {} : { cursor: page.next }) }
      },
    }
  },
})

const pathOf = ({ service }: ProvisionInput) => urlPath`/boxes/${service.external_id}`

const accountOf = ({ id, name, state, plan }: Box): RemoteAccount => ({
  ...{ remote_id: id, external_id: name, name, state, settings: { plan } },
})

const MISSING = failed('conflict', 'The panel has no such box.')
