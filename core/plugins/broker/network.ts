import type { NetworkGrant, TcpGrant } from '../manifest/manifest.ts'
import type { TrustedHost } from '../ports.ts'
import { denied } from './refusal.ts'

/** A network grant with its host known. */
export interface NetworkRule {
  host: string
  ports: readonly number[]
  secrets: readonly string[]
  querySecrets: readonly string[]
  redirects: boolean
  /** Ticked by staff for this host and these ports. */
  trusted: readonly TrustedHost[]
}

export const HTTPS_PORT = 443

/** Turns grants into rules. `fromConfig` finds its host in the settings that staff typed. */
export function networkRules(
  grants: readonly NetworkGrant[],
  config: { settings: Record<string, unknown>; server: Record<string, unknown> },
  trustedHosts: readonly TrustedHost[],
): NetworkRule[] {
  return grants.flatMap((grant) => {
    const target =
      'host' in grant ? { host: grant.host, port: undefined } : configured(grant.fromConfig, config)
    if (target === undefined) return []
    const host = plainHost(target.host)
    const trusted = 'host' in grant ? [] : trustedHosts.filter((one) => plainHost(one.host) === host)
    const ports = grant.ports ?? [target.port ?? HTTPS_PORT]
    return [
      {
        host,
        ports,
        secrets: grant.secrets ?? [],
        querySecrets: grant.query_secrets ?? [],
        redirects: grant.redirects === true,
        trusted,
      },
    ]
  })
}

/** The same for lines that are no HTTP. */
export const tcpRules = (
  grants: readonly TcpGrant[],
  ...rest: [config: Parameters<typeof networkRules>[1], trustedHosts: readonly TrustedHost[]]
): NetworkRule[] =>
  networkRules(
    grants.map(({ port, ...grant }) => ({ ...grant, ports: [port] })),
    ...rest,
  )

/** "settings.panel" or "server.hostname" → host and port as typed. */
function configured(
  path: string,
  config: { settings: Record<string, unknown>; server: Record<string, unknown> },
): { host: string; port: number | undefined } | undefined {
  const [scope = '', field = ''] = path.split('.')
  return typedHost((scope === 'server' ? config.server : config.settings)[field])
}

/** What staff typed: a name, a name with port, or a URL. */
export function typedHost(typed: unknown): { host: string; port: number | undefined } | undefined {
  if (typeof typed !== 'string' || typed.trim() === '') return undefined
  const text = typed.trim().includes('://') ? typed.trim() : `https://${typed.trim()}`
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  return { host: url.hostname, port: url.port === '' ? undefined : Number(url.port) }
}

/** Lower case, without a trailing dot. */
export const plainHost = (host: string) => host.toLowerCase().replace(/\.$/, '')

/** Says whether this installation itself answers at a host, lower case and without its last dot, and port. */
export type IsOwnHost = (host: string, port: number) => Promise<boolean>

/** A plugin answers, and core acts: one that called us would cause, by itself, what it is told of, and for ever. */
export async function refuseOwn(
  isOwnHost: IsOwnHost,
  { host, port }: Pick<Target, 'host' | 'port'>,
): Promise<void> {
  if (await isOwnHost(host, port))
    throw denied(`The host "${host}" at port ${port} is this installation itself.`, { kind: 'own', of: {} })
}

export interface Target {
  url: URL
  host: string
  port: number
  rule: NetworkRule
}

/** Parses a URL once and finds the rule that permits it. Throws a denial that names the host. */
export function permittedTarget(text: string, rules: readonly NetworkRule[]): Target {
  if (!URL.canParse(text)) throw denied('The address is not a URL.')
  const url = new URL(text)
  if (url.protocol !== 'https:') throw denied(`Only https is permitted, not "${url.protocol.slice(0, -1)}".`)
  if (url.username !== '' || url.password !== '') throw denied('A URL must not carry a user or password.')
  const host = plainHost(url.hostname)
  const port = url.port === '' ? HTTPS_PORT : Number(url.port)
  const rule = rules.find((one) => one.host === host && one.ports.includes(port))
  if (rule === undefined)
    throw denied(`The host "${host}" at port ${port} is not declared in permissions.network of plugin.json.`)
  return { url, host, port, rule }
}
