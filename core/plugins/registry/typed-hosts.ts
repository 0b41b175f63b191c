import { HTTPS_PORT, plainHost, typedHost } from '../broker/network.ts'
import type { Manifest } from '../manifest/manifest.ts'

/** A field of settings in which staff type a host that the plugin may reach. Port null: as typed, else 443. */
export interface HostField {
  field: string
  port: number | null
}

/** A host that stands in a field now. */
export interface TypedHost {
  field: string
  /** Lower case, an IPv6 address in brackets. */
  host: string
  port: number
}

/** Every host and port that comes from the settings of an instance, or from those of a server. */
export function hostFields(
  { permissions = {} }: Pick<Manifest, 'permissions'>,
  of: 'settings' | 'server',
): HostField[] {
  const network = (permissions.network ?? []).flatMap((grant) =>
    'host' in grant ? [] : (grant.ports ?? [null]).map((port) => ({ from: grant.fromConfig, port })),
  )
  const tcp = (permissions.tcp ?? []).flatMap((grant) =>
    'host' in grant ? [] : [{ from: grant.fromConfig, port: grant.port }],
  )
  const fields = [...network, ...tcp].flatMap(({ from, port }) => {
    const [scope, field = ''] = from.split('.')
    return scope === of ? [{ field, port }] : []
  })
  return fields.filter(
    (one, place) => fields.findIndex(({ field, port }) => field === one.field && port === one.port) === place,
  )
}

/** The host that a field holds; undefined as long as it is empty or no address. */
export function hostIn({ field, port }: HostField, settings: Record<string, unknown>): TypedHost | undefined {
  const typed = typedHost(settings[field])
  return typed && { field, host: plainHost(typed.host), port: port ?? typed.port ?? HTTPS_PORT }
}

export const hostsIn = (fields: readonly HostField[], settings: Record<string, unknown>): TypedHost[] =>
  fields.flatMap((field) => hostIn(field, settings) ?? [])
