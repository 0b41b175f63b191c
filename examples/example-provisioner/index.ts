import { definePlugin, type ProvisionInput, type ProvisionOutcome } from '../../sdk/index.ts'

interface Box {
  id: string
  state: 'live' | 'suspended'
}

export default definePlugin({
  provisioner: ({ secret }) => {
    const ask = async (method: string, path: string, body?: object): Promise<Box | undefined> => {
      const response = await fetch(`https://panel.example.com${path}`, {
        method,
        headers: { authorization: `Bearer ${secret.header('api_key')}` },
        ...(body ? { body: JSON.stringify(body) } : {}),
      })
      if (response.status === 404) return undefined
      if (!response.ok) throw new Error(`The panel answered ${response.status}.`)
      const box = (await response.json()) as Box
      if (typeof box.id !== 'string') throw new Error('The panel answered without an id.')
      return box
    }
    /** A box bears our id as its name, so it is found again after a lost answer. */
    const find = ({ service }: ProvisionInput) =>
      ask('GET', `/boxes/${encodeURIComponent(service.external_id)}`)
    const set = async (input: ProvisionInput, change: object): Promise<ProvisionOutcome> => {
      const box = await ask('PATCH', `/boxes/${encodeURIComponent(input.service.external_id)}`, change)
      return box ? { outcome: 'done', remote_id: box.id } : MISSING
    }
    return {
      async create(input) {
        const { external_id: name, settings } = input.service
        const box = (await find(input)) ?? (await ask('POST', '/boxes', { name, plan: settings['plan'] }))
        if (box === undefined) throw new Error('The panel has no boxes.')
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
        await ask('DELETE', `/boxes/${encodeURIComponent(input.service.external_id)}`)
        return { outcome: 'done' }
      },
    }
  },
})

const MISSING: ProvisionOutcome = {
  outcome: 'failed',
  code: 'conflict',
  message: 'The panel has no such box.',
  kind: 'permanent',
}
