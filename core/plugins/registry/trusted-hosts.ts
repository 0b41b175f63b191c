import { Type, type Static } from '../../../sdk/index.ts'
import type { AuditEntry } from '../../audit/index.ts'
import { invalidInput, type Actor } from '../../kernel/index.ts'
import { permit } from '../../records/index.ts'
import type { TrustedHost } from '../ports.ts'
import { certificateFacts, type CertificateFacts } from './certificate-facts.ts'
import type { TypedHost } from './typed-hosts.ts'

/** Stands among the settings, and is a name of ours: no schema of a plugin, no upgrade step and no file brings it. */
export const TRUSTED_HOSTS = 'trusted_hosts'

/** A host of the settings as staff trust it: inside our own network, by one certificate, or both. */
export const Trust = Type.Array(
  Type.Object(
    {
      host: Type.String({ minLength: 1, maxLength: 255 }),
      port: Type.Integer({ minimum: 1, maximum: 65_535 }),
      /** Its address may be private. */
      inside: Type.Boolean(),
      /** PEM of the only certificate that is taken; null: none is pinned; absent: as it was. */
      certificate: Type.Optional(Type.Union([Type.String({ maxLength: 20_000 }), Type.Null()])),
    },
    { additionalProperties: false },
  ),
  { maxItems: 50 },
)
export type Trust = Static<typeof Trust>

/** As it is kept: with what people know a pinned certificate by. */
export interface KeptTrust extends TrustedHost {
  certificate?: Pick<CertificateFacts, 'subject' | 'issuer' | 'validFrom' | 'validTo'>
}

type Settings = Record<string, unknown>

/** Hosts that staff trust for this instance or server, one by one. */
export function trustedIn(settings: Settings): KeptTrust[] {
  return Array.isArray(settings[TRUSTED_HOSTS]) ? (settings[TRUSTED_HOSTS] as KeptTrust[]) : []
}

export function withoutTrusted(settings: Settings): Settings {
  const { [TRUSTED_HOSTS]: _, ...own } = settings
  return own
}

/** The settings with these trusted hosts and no others, whatever stood there under that name. */
export function withTrusted(settings: Settings, hosts: readonly TrustedHost[]): Settings {
  const own = withoutTrusted(settings)
  return hosts.length === 0 ? own : { ...own, [TRUSTED_HOSTS]: hosts }
}

/** Trust belongs to host and port: what is no longer among the settings loses it, and has it not when it comes back. */
export const stillTyped = (before: readonly KeptTrust[], typed: readonly TypedHost[]): KeptTrust[] =>
  before.filter((one) => typed.some(({ host, port }) => one.host === host && one.port === port))

export interface TrustChange {
  before: readonly KeptTrust[]
  /** Absent: nobody said anything about it. */
  wanted: Trust | undefined
  typed: readonly TypedHost[]
}

/** What is trusted after a change of settings. Refuses hosts that do not stand among them, and what is no certificate. */
function trustAfter({ before, wanted = [], typed }: TrustChange): KeptTrust[] {
  const kept = stillTyped(before, typed)
  const isOne = (one: { host: string; port: number }, other: { host: string; port: number }) =>
    one.host === other.host && one.port === other.port
  const stranger = wanted.find((one) => !typed.some((host) => isOne(host, one)))
  if (stranger)
    throw invalidInput({
      trust: `"${stranger.host}" at port ${stranger.port} does not stand in these settings`,
    })
  const named = wanted.flatMap((one): KeptTrust[] => {
    const old = kept.find((other) => isOne(other, one))
    const pin =
      one.certificate === undefined ? pinOf(old) : one.certificate === null ? {} : newPin(one.certificate)
    if (!one.inside && pin.certificateSha256 === undefined) return []
    const { host, port } = one
    return [{ host, port, ...(one.inside ? {} : { publicOnly: true }), ...pin }]
  })
  return [...kept.filter((one) => !wanted.some((other) => isOne(other, one))), ...named]
}

const pinOf = (old: KeptTrust | undefined): Pick<KeptTrust, 'certificateSha256' | 'certificate'> =>
  old?.certificateSha256 === undefined
    ? {}
    : {
        certificateSha256: old.certificateSha256,
        ...(old.certificate ? { certificate: old.certificate } : {}),
      }

function newPin(pem: string): Required<Pick<KeptTrust, 'certificateSha256' | 'certificate'>> {
  const { sha256, subject, issuer, validFrom, validTo } = certificateFacts(pem)
  return { certificateSha256: sha256, certificate: { subject, issuer, validFrom, validTo } }
}

export interface Trusts {
  before: readonly KeptTrust[]
  after: readonly KeptTrust[]
}

/**
 * Works out what is trusted after a change. What is trusted now and was not, or otherwise, needs the permission, and so
 * does taking a pin off a host that stays: any certificate of an authority would do for it.
 */
export function changeTrust(change: TrustChange, permission: string, actor: Actor): Trusts {
  const { before } = change
  const after = trustAfter(change)
  const known = new Set(before.map((one) => JSON.stringify(one)))
  const isNew = after.some((one) => !known.has(JSON.stringify(one)))
  const unpinned = stillTyped(before, change.typed).some(
    (one) => one.certificateSha256 !== undefined && !after.some((other) => isPinnedAs(other, one)),
  )
  if (isNew || unpinned) permit({ permission, audience: ['staff'] }, actor)
  return { before, after }
}

const isPinnedAs = (one: KeptTrust, other: KeptTrust): boolean =>
  one.host === other.host && one.port === other.port && one.certificateSha256 === other.certificateSha256

/** The audit row beside that of the settings; none when nothing changed. */
export function trustAudit(action: string, subject: string, { before, after }: Trusts): AuditEntry[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return []
  return [{ action, subject, before: { [TRUSTED_HOSTS]: before }, after: { [TRUSTED_HOSTS]: after } }]
}
