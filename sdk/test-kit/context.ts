import { createHash } from 'node:crypto'
import type { CertificateData, Certificates } from '../certificates/certificate.ts'
import type { DigestAlgorithm, Entries, PluginContext, StoredValue } from '../plugin.ts'
import {
  certificateFits,
  certificateHasKey,
  certificateSignedBy,
  readCertificates,
} from '../certificates/index.ts'
import { testRequests, type AnswerRequest, type MadeRequest } from './requests.ts'
import { testTcp } from './tcp.ts'

/** What a plugin finds around it in a test without the sandbox. */
export interface TestInstance {
  context: PluginContext
  /** Lines of the plugin's log, "warn text". */
  lines: string[]
  /** What it asked to have written, each reference once. */
  requests: MadeRequest[]
  /** Gives the global fetch back. */
  close(): void
}

export interface TestInstanceParts {
  settings?: Record<string, unknown>
  /** By setting name; the plugin sees tokens, the requests carry the values. */
  secrets?: Record<string, string>
  /** "invoice.read:summary inv_1" → what the plugin reads. */
  records?: Record<string, Record<string, unknown>>
  /** What becomes of requests; without it each is done. */
  answerRequest?: AnswerRequest
  /** Origin that the plugin calls → origin of the simulator; `host:port` of a line → `tcp://127.0.0.1:1234`. */
  outbound?: Record<string, string>
}

const TOKEN = /bsk_test\.(raw|basic)\.([^.]*)\.([a-z0-9_.]+?)\.end/g
const DEADLINE_MS = 60_000

/**
 * Makes the context of one instance for unit tests: settings, storage in memory, and a fetch that fills in secrets and
 * leads to simulators. It stands in for the global fetch until `close`, so one instance is open at a time.
 */
export function openTestInstance(parts: TestInstanceParts = {}): TestInstance {
  const secrets = parts.secrets ?? {}
  const lines: string[] = []
  const requests: MadeRequest[] = []
  const original = globalThis.fetch
  globalThis.fetch = (input, init) => {
    const headers = new Headers(init?.headers)
    for (const [name, value] of headers) headers.set(name, fillIn(value, secrets))
    return original(redirected(String(input), parts.outbound ?? {}), { ...init, headers })
  }
  const write = (level: string) => (message: string) => void lines.push(`${level} ${message}`)
  return {
    lines,
    requests,
    close: () => void (globalThis.fetch = original),
    context: {
      settings: { ...parts.settings, ...tokensOf(secrets) },
      storage: memoryStorage(),
      records: {
        read: (scope, id) => Promise.resolve(parts.records?.[`${scope} ${id}`] ?? null),
        request: testRequests(requests, parts.answerRequest ?? (() => ({ outcome: 'done', id: null }))),
      },
      tcp: testTcp(parts.outbound ?? {}, (text) => fillIn(text, secrets)),
      secret: {
        header: (name) => tokenOf(secrets, name, 'raw', ''),
        basic: (name, user = '') => tokenOf(secrets, name, 'basic', user),
        hmac: (name, algorithm, data) => signed(secrets[name] ?? '', algorithm, data),
        digest: (algorithm, parts) => Promise.resolve(digested(algorithm, fillIn(parts.join(''), secrets))),
      },
      digest(algorithm, data) {
        if (typeof data === 'string' && data.includes('bsk_test.'))
          throw new TypeError('A secret is hashed with context.secret.digest.')
        return digested(algorithm, data)
      },
      certificates,
      log: { info: write('info'), warn: write('warn'), error: write('error') },
      deadline: () => DEADLINE_MS,
    },
  }
}

const certificateText = (data: CertificateData) =>
  typeof data === 'string' ? data : Buffer.from(data).toString('base64')

const certificates: Certificates = {
  read: (data) => readCertificates(certificateText(data))[0]!,
  readAll: (pem) => readCertificates(pem),
  fits: (data, host) => certificateFits(certificateText(data), host),
  isSignedBy: (data, issuer) => certificateSignedBy(certificateText(data), certificateText(issuer)),
  hasKey: (data, key) => certificateHasKey(certificateText(data), key),
}

/** The token that a plugin gets in place of a secret of its server's settings. */
export const serverToken = (name: string): string => `bsk_test.raw..server.${name}.end`

function tokensOf(secrets: Record<string, string>): Record<string, string> {
  const own = Object.keys(secrets).filter((name) => !name.startsWith('server.'))
  return Object.fromEntries(own.map((name) => [name, tokenOf(secrets, name, 'raw', '')]))
}

function tokenOf(secrets: Record<string, string>, name: string, form: string, user: string): string {
  if (!(name in secrets)) throw new Error(`The secret "${name}" is not set in this test.`)
  return `bsk_test.${form}.${user}.${name}.end`
}

function fillIn(text: string, secrets: Record<string, string>): string {
  return text.replace(TOKEN, (_token, form: string, user: string, name: string) => {
    const value = secrets[name]
    if (value === undefined) throw new Error(`The secret "${name}" is not set in this test.`)
    return form === 'basic' ? `Basic ${btoa(`${user}:${value}`)}` : value
  })
}

function redirected(url: string, outbound: Record<string, string>): string {
  const { origin } = new URL(url)
  const target = outbound[origin]
  return target === undefined ? url : target + url.slice(origin.length)
}

const HASHES = { sha1: 'SHA-1', sha256: 'SHA-256', sha512: 'SHA-512' }

async function signed(secret: string, algorithm: keyof typeof HASHES, data: string): Promise<string> {
  const means = { name: 'HMAC', hash: HASHES[algorithm] }
  const key = await crypto.subtle.importKey('raw', bytesOf(secret), means, false, ['sign'])
  return hex(await crypto.subtle.sign('HMAC', key, bytesOf(data)))
}

const digested = (algorithm: DigestAlgorithm, data: string | Uint8Array): string =>
  createHash(algorithm).update(data).digest('hex')

const bytesOf = (text: string) => new TextEncoder().encode(text)

const hex = (bytes: ArrayBuffer): string =>
  [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('')

function memoryStorage(): PluginContext['storage'] {
  const beside = new Map<string, Entries>()
  const used = async (id: string) => ((await beside.get(id)?.list(''))?.length ?? 0) > 0
  return {
    ...memoryEntries(),
    of(record) {
      const entries = beside.get(record) ?? memoryEntries()
      beside.set(record, entries)
      return entries
    },
    async records(after = '') {
      const found = []
      for (const id of [...beside.keys()].sort()) if (id > after && (await used(id))) found.push(id)
      return found
    },
  }
}

function memoryEntries(): Entries {
  const rows = new Map<string, StoredValue>()
  // As in Berth: an entry that is written anew begins above what is gone.
  let floor = 0
  return {
    get: (key) => Promise.resolve(rows.get(key) ?? null),
    set(key, value, ifVersion) {
      const held = rows.get(key)?.version ?? 0
      if (ifVersion !== undefined && ifVersion !== held)
        return Promise.reject(new Error(`"${key}" has version ${held}, not ${ifVersion}.`))
      const version = Math.max(held, floor) + 1
      rows.set(key, { value: structuredClone(value), version })
      return Promise.resolve(version)
    },
    remove(key) {
      floor = Math.max(floor, rows.get(key)?.version ?? 0)
      return Promise.resolve(void rows.delete(key))
    },
    list: (prefix) => Promise.resolve([...rows.keys()].filter((key) => key.startsWith(prefix)).sort()),
  }
}
