import { definePlugin, type AccessDetail, type ChangeInput, type ProvisionOutcome } from '../../sdk/index.ts'
import { ACTIONS } from './actions.ts'
import { actOn, follow, MISSING } from './acts.ts'
import { openCloud, pathOf, type Machine } from './cloud.ts'

export default definePlugin({
  provisioner: (context) => {
    const cloud = openCloud(context)
    const set = async (input: ChangeInput, change: object): Promise<ProvisionOutcome> => {
      const machine = await cloud.ask<Machine>('PATCH', pathOf(input), change)
      return machine ? { outcome: 'done', remote_id: machine.id } : MISSING
    }
    return {
      async create(input) {
        const { external_id: name, settings } = input.service
        const machine =
          (await cloud.ask<Machine>('GET', pathOf(input))) ??
          (await cloud.ask<Machine>('POST', '/servers', { name, plan: settings['plan'] }))
        if (typeof machine?.id !== 'string') throw new Error('The cloud answered without a server.')
        return { outcome: 'done', remote_id: machine.id, access: accessOf(machine) }
      },
      async describe(input) {
        const machine = await cloud.ask<Machine>('GET', pathOf(input))
        if (machine === undefined) return { state: 'absent' }
        const { id, state, power, user, hostname, addresses } = machine
        return {
          ...{ state, power, addresses, remote_id: id, names: { user, domain: hostname } },
          access: accessOf(machine),
        }
      },
      suspend: (input) => set(input, { state: 'suspended', reason: input.reasons.join(', ') }),
      release: (input) => set(input, { state: 'live' }),
      change: (input) => set(input, { plan: input.service.settings['plan'] }),
      async terminate(input) {
        await cloud.ask('DELETE', pathOf(input))
        return { outcome: 'done' }
      },
      async power(input) {
        const told = await actOn(cloud, input, 'power', { signal: input.signal })
        return told.outcome === 'failed' ? told : { outcome: 'done' }
      },
      async change_password(input) {
        const told = await actOn(cloud, input, 'password', { password: input.password })
        const machine = await cloud.ask<Machine>('GET', pathOf(input))
        return told.outcome === 'done' && machine ? { ...told, access: accessOf(machine) } : told
      },
      rename: (input) => actOn(cloud, input, 'rename', { user: input.user, hostname: input.domain }),
      async sign_on(input) {
        const path = `${pathOf(input)}/sessions`
        const session = await cloud.ask<{ url: string; expires_at: string }>('POST', path, { as: input.as })
        return session ? { outcome: 'ready', ...session } : MISSING
      },
      follow: (input) => follow(cloud, input),
      list_actions: () => Promise.resolve({ actions: ACTIONS }),
      async run_action(input) {
        const told = await actOn(cloud, input, input.action, input.values)
        return told.outcome === 'done' && input.action === 'flush_cache'
          ? { outcome: 'message', message: 'The cache is empty.' }
          : told
      },
      reinstall: (input) => actOn(cloud, input, 'reinstall', { image: input.image, keep: input.keep_data }),
      async list_images() {
        return { images: (await cloud.ask<{ key: string; label: string }[]>('GET', '/images')) ?? [] }
      },
      rescue: (input) => actOn(cloud, input, 'rescue', { on: input.on, image: input.image }),
      async list_snapshots(input) {
        const path = `${pathOf(input)}/snapshots`
        return { snapshots: (await cloud.ask<Snapshots>('GET', path)) ?? [] }
      },
      create_snapshot: (input) => actOn(cloud, input, 'snapshot', { name: input.name }),
      restore_snapshot: (input) => actOn(cloud, input, 'restore', { snapshot: input.snapshot }),
      remove_snapshot: (input) => actOn(cloud, input, 'drop', { snapshot: input.snapshot }),
      set_reverse_dns: (input) => actOn(cloud, input, 'reverse_dns', { ip: input.ip, name: input.name }),
    }
  },
})

type Snapshots = {
  reference: string
  name: string
  created_at: string
  state: 'ready' | 'creating' | 'failed'
}[]

const accessOf = ({ addresses, user, password }: Machine): AccessDetail[] => [
  ...addresses.map(({ ip }) => ({ label: 'Address', value: ip, kind: 'text' as const })),
  { label: 'User name', value: user, kind: 'text' },
  { label: 'Password', value: password, kind: 'secret' },
]
