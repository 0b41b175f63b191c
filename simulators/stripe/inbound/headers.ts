import type { IncomingHttpHeaders } from 'node:http'
import { refuse } from '../refusals.ts'
import { API_VERSION } from '../version.ts'

/** Refuses a call whose key, version or account is not right. */
export function checkHeaders(
  headers: IncomingHttpHeaders,
  secretKey: string,
  { method, path }: { method: string; path: string },
): void {
  const key = keyOf(headers.authorization)
  checkKey(key, secretKey)
  if (key.startsWith('rk_') && method !== 'GET') throw refuse('permission_missing', { method, path })
  const version = headers['stripe-version']
  if (version === undefined) throw refuse('version_missing')
  if (version !== API_VERSION) {
    throw refuse('version_unsupported', { version: String(version), supported: API_VERSION })
  }
  const account = headers['stripe-account'] ?? headers['stripe-context']
  if (account !== undefined) throw refuse('account_unknown', { account: String(account) })
}

/** A body must be a form; a call without a body may leave its type out. */
export function checkContentType(headers: IncomingHttpHeaders, body: string): void {
  const type = headers['content-type'] ?? ''
  const isForm = type.split(';')[0]?.trim().toLowerCase() === 'application/x-www-form-urlencoded'
  if (body !== '' && !isForm) throw refuse('content_type', { type })
}

/** The key sent as Bearer, or as the user of Basic with an empty password. */
function keyOf(authorization: string | undefined): string {
  const [scheme, value = ''] = (authorization ?? '').split(' ')
  if (scheme?.toLowerCase() === 'bearer') return value
  if (scheme?.toLowerCase() !== 'basic') return ''
  return Buffer.from(value, 'base64').toString('utf8').replace(/:$/, '')
}

/** The restricted key of the same account: it may read and nothing else. */
export const restrictedKey = (secretKey: string): string => secretKey.replace(/^sk_/, 'rk_')

function checkKey(key: string, secretKey: string): void {
  if (key === '') throw refuse('auth_missing')
  if (/^[sr]k_live_/.test(key)) throw refuse('key_live')
  if (key.startsWith('pk_')) throw refuse('key_publishable')
  if (key !== secretKey && key !== restrictedKey(secretKey))
    throw refuse('key_wrong', { key: `${key.slice(0, 8)}…` })
}
