import { defineError, NotFound } from '../../kernel/index.ts'
import { sql } from '../../db/index.ts'
import { troubleWords } from '../broker/host-trouble.ts'
import { Refusal, type Trouble } from '../broker/refusal.ts'
import type { CallMeans } from './call-means.ts'
import { certificateFacts } from './certificate-facts.ts'
import { getInstance } from './plugin-row.ts'
import { trustedIn } from './trusted-hosts.ts'
import { hostFields, hostsIn, type TypedHost } from './typed-hosts.ts'

export const NoCertificate = defineError(
  'plugin.no_certificate',
  409,
  (p: { host: string; port: number; reason: string }) =>
    `No certificate could be fetched from "${p.host}" at port ${p.port}. ${p.reason}`,
)

/** Whose settings name the hosts: an instance, or a server of it. */
export interface HostOwner {
  instanceId: string
  serverId?: string
}

/** A host that is not reached as a plugin would reach it, and why. */
export interface TroubledHost extends Trouble {
  host: string
  port: number
  /** The same as a sentence, for logs. */
  says: string
}

type ReachMeans = Pick<CallMeans, 'db' | 'plugins'>

/** Tries each host that staff typed. */
export async function troubledHosts(means: ReachMeans, owner: HostOwner): Promise<TroubledHost[]> {
  const { typed, trusted } = await hostsOf(means, owner)
  const tried = typed.map(async ({ host, port }) => {
    const trouble = await means.plugins().probe({ host, port, trusted })
    if (!trouble) return []
    const of = { ...(await shownFacts(means, { host, port }, trouble)), ...trouble.of }
    return [{ ...trouble, of, host, port, says: troubleWords(`"${host}" at port ${port}`, trouble) }]
  })
  return (await Promise.all(tried)).flat()
}

/** Names and days of the certificate that is in the way, so that words can be exact. */
async function shownFacts(
  means: ReachMeans,
  host: { host: string; port: number },
  { kind }: Trouble,
): Promise<Record<string, string>> {
  if (!OF_CERTIFICATE.has(kind)) return {}
  const pem = await means
    .plugins()
    .certificate(host)
    .catch(() => null)
  if (pem === null) return {}
  const { subject, issuer, validFrom, validTo, sha256 } = certificateFacts(pem)
  return { subject, issuer, from: validFrom, until: validTo, sha256 }
}

const OF_CERTIFICATE: ReadonlySet<Trouble['kind']> = new Set([
  'self_signed',
  'unknown_issuer',
  'wrong_name',
  'expired',
  'not_yet_valid',
])

/** Only of hosts that stand in the settings: nobody looks around in our network with it. */
export async function hostCertificate(
  means: ReachMeans,
  owner: HostOwner,
  wanted: { host: string; port: number },
): Promise<string> {
  const { typed } = await hostsOf(means, owner)
  const known = typed.find(({ host, port }) => host === wanted.host && port === wanted.port)
  if (!known) throw NotFound({ what: 'host of the settings', id: `${wanted.host}:${wanted.port}` })
  const { host, port } = known
  return means
    .plugins()
    .certificate({ host, port })
    .catch((error: unknown) => {
      if (!(error instanceof Refusal)) throw error
      throw NoCertificate({ host, port, reason: error.message }, error)
    })
}

async function hostsOf({ db }: ReachMeans, { instanceId, serverId }: HostOwner) {
  const { manifest, settings } = await getInstance(db, instanceId)
  if (serverId === undefined) return read(hostFields(manifest, 'settings'), settings)
  const server = await db.get<{ settings: string }>(sql`
    select settings from servers where id = ${serverId} and instance_id = ${instanceId}`)
  if (!server) throw NotFound({ what: 'server', id: serverId })
  return read(hostFields(manifest, 'server'), server.settings)
}

function read(fields: Parameters<typeof hostsIn>[0], text: string) {
  const settings = JSON.parse(text) as Record<string, unknown>
  const typed = hostsIn(fields, settings)
  const isOne = (one: TypedHost, other: TypedHost) => one.host === other.host && one.port === other.port
  const once = typed.filter((one, place) => typed.findIndex((other) => isOne(one, other)) === place)
  return { typed: once, trusted: trustedIn(settings) }
}
