import { createHash, createHmac } from 'node:crypto'
import type { SecretGrant } from '../manifest/manifest.ts'
import { denied, Refusal } from './refusal.ts'

/** What one call may do with secrets. `mark` begins every token of the isolate that runs the call. */
export interface SecretScope {
  mark: string
  grants: readonly SecretGrant[]
  resolve(name: string): Promise<string | undefined>
}

export type SecretUse = 'request' | 'hmac' | 'digest'

const TOKEN = /bsk_[0-9a-f]{24}\.(raw|basic)\.([A-Za-z0-9_-]*)\.([a-z0-9_.]+?)\.end/g

/** A token stands for a secret in texts. `user` makes the form for Basic authorisation. */
export const tokenOf = (mark: string, name: string) => `${mark}.raw..${name}.end`

const HIDDEN = '•••'

/** What is shorter stands in every other word. */
const isHidden = (value: string) => value.length >= 4

/** A text as logs and people may have it: without tokens, and without values that a plugin was allowed to see, of which one may begin another. */
export const masked = (text: string, values: readonly string[]): string =>
  values
    .filter(isHidden)
    .sort((a, b) => b.length - a.length)
    .reduce((kept, value) => kept.replaceAll(value, HIDDEN), text)
    .replace(TOKEN, HIDDEN)

/**
 * The beginning of a text, masked. What comes may be a megabyte, so it is cut first, and may have been cut before; a
 * secret of which only the beginning is left is hidden with the rest.
 */
export function maskedStart(text: string, values: readonly string[], length: number): string {
  const start = masked(text.slice(0, length), values)
  if (text.length < length) return start
  const shown = Math.min(...values.filter(isHidden).map((value) => begunAt(start, value)), start.length)
  return (shown < start.length ? start.slice(0, shown) + HIDDEN : start).slice(0, length)
}

/** Where the end of the text is the beginning of the value. */
function begunAt(text: string, value: string): number {
  for (let at = Math.max(0, text.length - value.length + 1); at < text.length; at++)
    if (value.startsWith(text.slice(at))) return at
  return text.length
}

export const namesIn = (text: string): string[] => [...text.matchAll(TOKEN)].map((found) => found[3] ?? '')

/** Replaces the tokens of a text by their values. `encode` fits a value to where it goes. */
export async function fillIn(text: string, fill: FillIn): Promise<string> {
  let filled = ''
  let end = 0
  for (const found of text.matchAll(TOKEN)) {
    const [token, form, user = '', name = ''] = found
    const before = text.slice(end, found.index)
    const value = await secretValue(fill.scope, { token, name, use: fill.use, allowed: fill.allowed })
    filled += before + fill.encode(form === 'basic' ? basicValue(before, user, value) : value)
    end = found.index + token.length
  }
  return filled + text.slice(end)
}

export interface FillIn {
  scope: SecretScope
  use: SecretUse
  /** Names bound to the place where the text goes; undefined binds all. */
  allowed: readonly string[] | undefined
  encode(value: string): string
}

/** `Basic ${secret.basic(…)}` and a bare `secret.basic(…)` mean the same header. */
function basicValue(before: string, user: string, value: string): string {
  const pair = `${Buffer.from(user, 'base64url').toString('utf8')}:${value}`
  const encoded = Buffer.from(pair, 'utf8').toString('base64')
  return /basic\s+$/i.test(before) ? encoded : `Basic ${encoded}`
}

interface SecretRequest {
  token: string
  name: string
  use: SecretUse
  allowed: readonly string[] | undefined
}

async function secretValue(scope: SecretScope, wanted: SecretRequest): Promise<string> {
  const { token, name, use, allowed } = wanted
  if (!token.startsWith(`${scope.mark}.`)) throw denied('The token belongs to another call.')
  const grant = scope.grants.find((one) => one.name === name)
  if (grant === undefined) throw denied(`The secret "${name}" is not declared.`)
  if (!usesOf(grant).includes(use)) throw denied(`The secret "${name}" is not declared for the use "${use}".`)
  if (allowed !== undefined && !allowed.includes(name))
    throw denied(`The secret "${name}" is not bound to this host.`)
  const value = await scope.resolve(name)
  if (value === undefined || value === '') throw new Refusal('E_INVALID', `The secret "${name}" is not set.`)
  return value
}

function usesOf(grant: SecretGrant): readonly SecretUse[] {
  if (grant.use === undefined) return ['request']
  return typeof grant.use === 'string' ? [grant.use] : grant.use
}

const HASHES: Record<string, string> = {
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
  MD5: 'md5',
}

/** HMAC with a secret as key, base64. */
export async function hmacWithSecret(
  scope: SecretScope,
  input: { token: string; hash: string; data: string },
): Promise<string> {
  const asIs = { scope, use: 'hmac', allowed: undefined, encode: (value: string) => value } as const
  if (namesIn(input.token).length !== 1) throw denied('An HMAC takes exactly one secret as its key.')
  const key = await fillIn(input.token, asIs)
  return createHmac(hashOf(input.hash), key).update(Buffer.from(input.data, 'base64')).digest('base64')
}

/** Hash over joined parts in which tokens stand for secrets, base64. */
export async function digestWithSecrets(
  scope: SecretScope,
  input: { hash: string; parts: string[] },
): Promise<string> {
  const asIs = { scope, use: 'digest', allowed: undefined, encode: (value: string) => value } as const
  const hash = createHash(hashOf(input.hash))
  for (const part of input.parts) hash.update(await fillIn(part, asIs))
  return hash.digest('base64')
}

function hashOf(name: string): string {
  const hash = HASHES[name]
  if (hash === undefined) throw new Refusal('E_INVALID', `The hash "${name}" is not known.`)
  return hash
}
