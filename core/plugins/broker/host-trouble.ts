import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Trouble } from './refusal.ts'

/** What OpenSSL found; everything else is no matter of the certificate. */
const FOUND: ReadonlyMap<string, Trouble['kind']> = new Map([
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'self_signed'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'unknown_issuer'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'unknown_issuer'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'unknown_issuer'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unknown_issuer'],
  ['CERT_HAS_EXPIRED', 'expired'],
  ['CERT_NOT_YET_VALID', 'not_yet_valid'],
  ['WRONG_NAME', 'wrong_name'],
])

export function certificateTrouble(code: string | undefined): Trouble | undefined {
  const kind = FOUND.get(code ?? '')
  return kind && { kind, of: {} }
}

/** A pin takes the place of authorities and of the name in the certificate, but not of its days. */
export function pinTrouble(socket: TLSSocket, pinned: string): Trouble | undefined {
  const shown = socket.getPeerX509Certificate()?.fingerprint256 ?? ''
  if (bare(shown) !== bare(pinned)) return { kind: 'changed', of: { pinned: spaced(pinned), shown } }
  // Typed as an error, and a text: the code of what was found last, and days are looked at last.
  const found = certificateTrouble(String(socket.authorizationError))
  return found?.kind === 'expired' || found?.kind === 'not_yet_valid' ? found : undefined
}

const bare = (fingerprint: string) => fingerprint.replaceAll(':', '').toUpperCase()
const spaced = (fingerprint: string) => bare(fingerprint).match(/../g)?.join(':') ?? ''

/** The certificate must be for the name that was asked for, not for the address the connection goes to. */
export function nameProblem(name: string, raw: Buffer): Error | undefined {
  const certificate = new X509Certificate(raw)
  const fits = isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)
  if (fits !== undefined) return undefined
  return Object.assign(new Error(`The certificate is not for "${name}".`), { code: 'WRONG_NAME' })
}

/** For logs and for the plugin; pages of staff say it in their language. */
export function troubleWords(where: string, { kind, of }: Trouble): string {
  switch (kind) {
    case 'own':
      return `${where} is this installation itself.`
    case 'private':
      return `${where} leads to ${of['address']}, which is not a public address, and is not ticked as inside our own network.`
    case 'unresolved':
      return `${where} has a name that cannot be resolved.`
    case 'unreachable':
      return of['reason'] ?? `${where} cannot be reached.`
    case 'self_signed':
      return `${where} shows a self-signed certificate, which is not pinned.`
    case 'unknown_issuer':
      return `${where} shows a certificate of an unknown issuer, which is not pinned.`
    case 'wrong_name':
      return `${where} shows a certificate for another name.`
    case 'expired':
      return `${where} shows a certificate that has expired.`
    case 'not_yet_valid':
      return `${where} shows a certificate that is not valid yet.`
    case 'changed':
      return `${where} shows another certificate than the one pinned: SHA-256 ${of['shown']} instead of ${of['pinned']}.`
  }
}
