import { createHash, createPrivateKey, createPublicKey, X509Certificate, type KeyObject } from 'node:crypto'
import type { Certificate, CertificateKey } from './certificate.ts'

// Runs in Node: the process around the sandbox and the test kit answer with it what plugins ask of
// `context.certificates`. Certificates and keys are text here, PEM or the base64 of DER.

/** The author of the plugin reads it as it is, so it names nothing of ours. */
export class CertificateRefused extends Error {}

/** Characters of one certificate, chain or key. */
const LENGTH_MAX = 65_536
const CERTIFICATES_MAX = 20
const HOST_LENGTH_MAX = 255
const KEY_BITS_MAX = 8_192
/** Keys of our time have 65537, which is 17 bits. */
const EXPONENT_BITS_MAX = 64n

export const readCertificates = (data: unknown): Certificate[] => parsedAll(data).map(described)

/** Whether the names of the certificate cover a host name or an address. */
export function certificateFits(data: unknown, host: unknown): boolean {
  const bare = String(host).toLowerCase().replace(/\.$/, '')
  if (bare.length > HOST_LENGTH_MAX)
    throw new CertificateRefused(`A host has at most ${HOST_LENGTH_MAX} characters.`)
  const certificate = first(data)
  const found = ADDRESS.test(bare)
    ? certificate.checkIP(bare.replace(/^\[|\]$/g, ''))
    : certificate.checkHost(bare, { subject: 'never' })
  return found !== undefined
}

const ADDRESS = /^(\d{1,3}(\.\d{1,3}){3}|\[?[0-9a-f:]*:[0-9a-f:.]*\]?)$/

/** Names and signature both; only an authority signs others. */
export function certificateSignedBy(data: unknown, issuer: unknown): boolean {
  const [certificate, by] = [first(data), first(issuer)]
  const isItself = certificate.fingerprint256 === by.fingerprint256
  return (by.ca || isItself) && certificate.checkIssued(by) && certificate.verify(quickKey(publicKeyOf(by)))
}

/** A key against which a signature is checked in a moment: RSA takes the longer the wider its numbers are, up to seconds. */
export function quickKey(key: KeyObject): KeyObject {
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {}
  if (modulusLength > KEY_BITS_MAX || publicExponent >= 1n << EXPONENT_BITS_MAX)
    throw new CertificateRefused(
      `A key has at most ${KEY_BITS_MAX} bits, and its public exponent ${EXPONENT_BITS_MAX}.`,
    )
  return key
}

export function certificateHasKey(data: unknown, key: unknown): boolean {
  return spki(publicPart(bounded(key))).equals(spki(publicKeyOf(first(data))))
}

function publicPart(text: string): KeyObject {
  try {
    const isPrivate = /-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----/.test(text)
    return createPublicKey(isPrivate ? createPrivateKey(text) : text)
  } catch {
    throw new CertificateRefused('This is no key in PEM, or it has a password.')
  }
}

function bounded(text: unknown): string {
  if (typeof text !== 'string')
    throw new CertificateRefused('Certificates and keys are PEM, or bytes in DER.')
  if (text.length > LENGTH_MAX)
    throw new CertificateRefused(`A certificate or key has at most ${LENGTH_MAX} characters.`)
  return text
}

const BLOCK = /-----BEGIN (X509 )?CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END (X509 )?CERTIFICATE-----/g

function parsedAll(data: unknown): X509Certificate[] {
  const text = bounded(data)
  const blocks = text.includes('-----') ? (text.match(BLOCK) ?? []) : [Buffer.from(text, 'base64')]
  if (blocks.length === 0) throw new CertificateRefused(NONE)
  if (blocks.length > CERTIFICATES_MAX)
    throw new CertificateRefused(`At most ${CERTIFICATES_MAX} certificates are read at once.`)
  return blocks.map(parsed)
}

const first = (data: unknown): X509Certificate => parsedAll(data)[0]!

const NONE = 'This is no certificate.'

function parsed(block: string | Buffer): X509Certificate {
  try {
    return new X509Certificate(block)
  } catch {
    throw new CertificateRefused(NONE)
  }
}

function described(certificate: X509Certificate): Certificate {
  const subject = linesOf(certificate.subject)
  const common = subject.find((line) => line.startsWith('CN='))
  return {
    subject: subject.join(', '),
    issuer: linesOf(certificate.issuer).join(', '),
    common_name: common?.slice('CN='.length).replace(/\\([^0-9A-F])/g, '$1') ?? null,
    ...namesOf(certificate.subjectAltName ?? ''),
    serial: certificate.serialNumber.toLowerCase(),
    valid_from: dayOf(certificate.validFromDate),
    valid_to: dayOf(certificate.validToDate),
    sha256: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    is_authority: certificate.ca,
    key: describedKey(publicKeyOf(certificate)),
    pem: certificate.toString(),
  }
}

/** One name a line; line ends within a name are escaped. */
const linesOf = (names: string | undefined): string[] => (names ?? '').split('\n').filter(Boolean)

/** Node quotes a name in which something stands that no host has; such a name is passed over, not taken apart. */
const NAME = /(DNS|IP Address):(?:"(?:[^"\\]|\\.)*"|([^",]*))(?:, |$)/g

function namesOf(text: string): Pick<Certificate, 'names' | 'addresses'> {
  const found = [...text.matchAll(NAME)].flatMap(([, kind, value]) => (value ? [{ kind, value }] : []))
  const of = (wanted: string) => found.filter(({ kind }) => kind === wanted).map(({ value }) => value)
  return {
    names: of('DNS').map((name) => name.toLowerCase()),
    addresses: of('IP Address').map((one) => one.toLowerCase()),
  }
}

function dayOf(date: Date): string {
  if (Number.isNaN(date.getTime())) throw new CertificateRefused('Its days cannot be read.')
  return date.toISOString()
}

function publicKeyOf(certificate: X509Certificate): KeyObject {
  try {
    return certificate.publicKey
  } catch {
    throw new CertificateRefused('Its key cannot be read.')
  }
}

const spki = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' })

function describedKey(key: KeyObject): CertificateKey {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {}
  return {
    kind: key.asymmetricKeyType ?? 'unknown',
    ...(modulusLength === undefined ? {} : { bits: modulusLength }),
    ...(namedCurve === undefined ? {} : { curve: namedCurve }),
    sha256: createHash('sha256').update(spki(key)).digest('hex'),
    pem: String(key.export({ type: 'spki', format: 'pem' })),
  }
}
