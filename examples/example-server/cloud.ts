import type { PluginContext, ProvisionInput } from '../../sdk/index.ts'

/** A server as the cloud tells it. */
export interface Machine {
  id: string
  state: 'live' | 'suspended' | 'busy'
  power: string
  user: string
  hostname: string
  password: string
  addresses: { ip: string; reverse_dns: string | null }[]
}

/** What became of an act. */
export interface Job {
  job: string
  state: 'running' | 'done' | 'failed'
  problem?: string
}

export interface Cloud {
  /** Undefined where the cloud knows no such thing. */
  ask<T>(method: string, path: string, body?: object, key?: string): Promise<T | undefined>
}

export const openCloud = ({ secret }: Pick<PluginContext, 'secret'>): Cloud => ({
  async ask<T>(method: string, path: string, body?: object, key?: string) {
    const response = await fetch(`https://cloud.example.com${path}`, {
      method,
      headers: {
        authorization: `Bearer ${secret.header('api_key')}`,
        // The cloud keeps keys: the same one does nothing a second time.
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (response.status === 404) return undefined
    if (!response.ok) throw new Error(`The cloud answered ${response.status}.`)
    return (await response.json()) as T
  },
})

/** A server bears our id as its name, so it is found again after a lost answer. */
export const pathOf = ({ service }: Pick<ProvisionInput, 'service'>): string =>
  `/servers/${encodeURIComponent(service.external_id)}`
