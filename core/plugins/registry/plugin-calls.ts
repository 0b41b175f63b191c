import { defineError, NotFound } from '../../kernel/index.ts'
import { sql } from '../../db/index.ts'
import { readSecret } from '../../secrets/index.ts'
import type { CallRequest, Kind } from '../kinds.ts'
import type { LoadedPlugin, PluginServer } from '../ports.ts'
import { browserPartOf, type BrowserPart } from './browser-part.ts'
import { instanceOf, type CallMeans } from './call-means.ts'
import { getInstance, type Instance } from './plugin-row.ts'
import { hostCertificate, troubledHosts, type HostOwner, type TroubledHost } from './reach-hosts.ts'
import { trustedIn } from './trusted-hosts.ts'

export const PluginOff = defineError(
  'plugin.off',
  409,
  (p: { id: string; outcome_unknown: false }) =>
    `The plugin instance "${p.id}" is switched off or its plugin is not installed. Nothing was sent.`,
)

export interface CallOptions extends Pick<CallRequest, 'deadline' | 'deadlineMs'> {
  requestId?: string
  serverId?: string
}

/** The port by which areas reach plugins: instances by id, settings and secrets looked up at each call. */
export interface PluginCalls {
  call<T>(instanceId: string, kind: Kind, operation: string, input: object, options?: CallOptions): Promise<T>
  /** What the instance runs in browsers; absent where no plugin host is. */
  browserPart?(instanceId: string): Promise<BrowserPart | null>
  /** What keeps it from the hosts that staff typed; nothing is sent to them. Absent where no plugin host is. */
  troubledHosts?(owner: HostOwner): Promise<TroubledHost[]>
  /** PEM of the certificate that one of these hosts shows. Rejects with plugin.no_certificate. */
  hostCertificate?(owner: HostOwner, host: { host: string; port: number }): Promise<string>
}

type CallArguments = [instanceId: string, kind: Kind, operation: string, input: object, options?: CallOptions]

export function pluginCalls(means: CallMeans): Required<PluginCalls> {
  const loadedNow = async (row: Instance): Promise<LoadedPlugin | undefined> => {
    const on = row.status === 'active' && row.plugin_status !== 'disabled'
    return on ? means.loaded.find(row) : undefined
  }
  return {
    call: async <T>(...[instanceId, kind, operation, input, options = {}]: CallArguments): Promise<T> => {
      const row = await getInstance(means.db, instanceId)
      const plugin = await loadedNow(row)
      if (!plugin) throw PluginOff({ id: instanceId, outcome_unknown: false })
      const { deadline, deadlineMs, serverId } = options
      const server = serverId ? await serverOf(means, serverId) : undefined
      const request = {
        input,
        ...(deadline ? { deadline } : {}),
        ...(deadlineMs === undefined ? {} : { deadlineMs }),
        ...(server ? { server } : {}),
      }
      return (await means.plugins().call(instanceOf(means, row, plugin), kind, operation, request)) as T
    },
    async browserPart(instanceId) {
      const row = await getInstance(means.db, instanceId)
      const plugin = await loadedNow(row)
      return plugin ? browserPartOf(row.name, plugin, means.outbound ?? {}) : null
    },
    troubledHosts: (owner) => troubledHosts(means, owner),
    hostCertificate: (owner, host) => hostCertificate(means, owner, host),
  }
}

async function serverOf(means: CallMeans, id: string): Promise<PluginServer> {
  const row = await means.db.get<{ settings: string }>(sql`select settings from servers where id = ${id}`)
  if (!row) throw NotFound({ what: 'server', id })
  const secrets = async (name: string) => (await readSecret(means.db, means.keys, id, name)) ?? undefined
  return { id, secrets, trustedHosts: trustedIn(JSON.parse(row.settings) as Record<string, unknown>) }
}
