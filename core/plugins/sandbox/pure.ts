import { createHash, createHmac, createPublicKey, randomFillSync, verify } from 'node:crypto'
import type { JsonWebKey, KeyObject } from 'node:crypto'
import {
  CertificateRefused,
  certificateFits,
  certificateHasKey,
  certificateSignedBy,
  quickKey,
  readCertificates,
} from '../../../sdk/certificates/index.ts'

/**
 * The second, synchronous entry: pure functions that the isolate's own JavaScript has not. Text in, text out,
 * bytes as base64. Answered inside the host process; nothing of core is asked.
 */
export function answerPure(op: string, text: string): string {
  try {
    const run = pureOperations.get(op)
    if (run === undefined) return failed('unknown operation')
    return JSON.stringify({ ok: true, value: run(JSON.parse(text) as Record<string, unknown>) })
  } catch (error) {
    return failed(error instanceof CertificateRefused ? error.message : 'invalid input')
  }
}

const failed = (reason: string) => JSON.stringify({ ok: false, reason })

/** Of random bytes, and of the text of one part of base64. */
const LENGTH_MAX = 65_536
const hashes = new Map([
  ['SHA-1', 'sha1'],
  ['SHA-256', 'sha256'],
  ['SHA-384', 'sha384'],
  ['SHA-512', 'sha512'],
  ['MD5', 'md5'],
])

const pureOperations = new Map<string, (input: Record<string, unknown>) => unknown>([
  ['random', ({ length }) => randomBase64(length)],
  ['bytes', ({ base64 }) => listOfBytes(base64)],
  ['base64', ({ latin1 }) => packed(latin1)],
  ['digest', ({ hash, data }) => createHash(hashName(hash)).update(bytes(data)).digest('base64')],
  [
    'hmac',
    ({ hash, key, data }) => createHmac(hashName(hash), bytes(key)).update(bytes(data)).digest('base64'),
  ],
  ['url', ({ url, base }) => parseUrl(url, base)],
  ['url_set', ({ href, part, value }) => setUrlPart(href, part, value)],
  ['verify', (input) => verifySignature(input)],
  ['certificates', ({ data }) => readCertificates(data)],
  ['certificate_fits', ({ data, host }) => certificateFits(data, host)],
  ['certificate_signed_by', ({ data, issuer }) => certificateSignedBy(data, issuer)],
  ['certificate_key', ({ data, key }) => certificateHasKey(data, key)],
])

function randomBase64(length: unknown): string {
  if (typeof length !== 'number' || length < 0 || length > LENGTH_MAX) throw new RangeError('length')
  return randomFillSync(Buffer.alloc(length)).toString('base64')
}

/** The one operation whose bytes are a list, which the isolate takes in one step; null when the text is no base64. */
function listOfBytes(base64: unknown): number[] | null {
  const text = String(base64)
  if (text.length > LENGTH_MAX) throw new RangeError('length')
  return /^[A-Za-z0-9+/]*$/.test(text) ? Array.from(Buffer.from(text, 'base64')) : null
}

/** Bytes come as the characters up to U+00FF, which an isolate makes of them in one step. */
function packed(latin1: unknown): string {
  const text = String(latin1)
  if (text.length > LENGTH_MAX) throw new RangeError('length')
  return Buffer.from(text, 'latin1').toString('base64')
}

function hashName(name: unknown): string {
  const found = hashes.get(String(name))
  if (found === undefined) throw new RangeError('hash')
  return found
}

const bytes = (text: unknown) => Buffer.from(String(text), 'base64')

const URL_PARTS = [
  'href',
  'origin',
  'protocol',
  'username',
  'password',
  'host',
  'hostname',
  'port',
  'pathname',
  'search',
  'hash',
] as const

function parseUrl(url: unknown, base: unknown): Record<string, string> {
  return partsOf(new URL(String(url), base === undefined || base === null ? undefined : String(base)))
}

function setUrlPart(href: unknown, part: unknown, value: unknown): Record<string, string> {
  const url = new URL(String(href))
  const name = URL_PARTS.find((known) => known === part)
  if (name === undefined || name === 'origin') throw new RangeError('part')
  url[name] = String(value)
  return partsOf(url)
}

const partsOf = (url: URL) => Object.fromEntries(URL_PARTS.map((part) => [part, url[part]]))

function verifySignature(input: Record<string, unknown>): boolean {
  const key = quickKey(publicKey(String(input['format']), input['key']))
  const hash = input['hash'] === undefined ? undefined : hashName(input['hash'])
  const options = input['algorithm'] === 'ECDSA' ? { key, dsaEncoding: 'ieee-p1363' as const } : { key }
  return verify(hash, bytes(input['data']), options, bytes(input['signature']))
}

function publicKey(format: string, key: unknown): KeyObject {
  if (format === 'jwk') return createPublicKey({ key: key as JsonWebKey, format: 'jwk' })
  if (format === 'spki') return createPublicKey({ key: bytes(key), format: 'der', type: 'spki' })
  throw new RangeError('format')
}
