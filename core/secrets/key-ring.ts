import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { defineError } from '../kernel/index.ts'

export const KeyMissing = defineError(
  'secret.key_missing',
  500,
  (p: { key: string }) =>
    `A secret was sealed with the key "${p.key}", which is not in BERTH_KEYS or the key file. Put it back to read the secret.`,
)

/** Where a sealed text stands. Bound into the seal, so that a row copied elsewhere cannot be opened. */
export interface Place {
  table: string
  column: string
  row: string
}

export interface KeyRing {
  seal(plain: string, place: Place): string
  open(sealed: string, place: Place): string
}

interface Key {
  name: string
  bytes: Buffer
}

const FORM = 'v1'
const IV_BYTES = 12
const TAG_BYTES = 16

/** `text` holds "name:base64" separated by commas; the first seals, all of them open. */
export function keyRing(text: string): KeyRing {
  const keys = text.split(',').map(parseKey)
  const [current] = keys
  return {
    seal: (plain, place) => seal(current!, plain, place),
    open: (sealed, place) => open(keys, sealed, place),
  }
}

/** Reads the key file, or makes it with one new key, readable by its owner alone. */
export function keysFromFile(file: string): string {
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, `k1:${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx' })
  }
  chmodSync(file, 0o600)
  return readFileSync(file, 'utf8').trim()
}

function parseKey(entry: string): Key {
  const [name, encoded] = entry.trim().split(':')
  const bytes = Buffer.from(encoded ?? '', 'base64')
  if (!name || bytes.length !== 32)
    throw new RangeError('A key is written name:base64 with 32 bytes, for instance k1:….')
  return { name, bytes }
}

/** AES-256-GCM: form, key name, then nonce, tag and text in base64. */
function seal(key: Key, plain: string, place: Place): string {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key.bytes, iv).setAAD(bound(place))
  const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
  return `${FORM}.${key.name}.${Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64')}`
}

function open(keys: readonly Key[], sealed: string, place: Place): string {
  const [, name, encoded] = sealed.split('.')
  const key = keys.find((candidate) => candidate.name === name)
  if (!key) throw KeyMissing({ key: name ?? '' })
  const bytes = Buffer.from(encoded ?? '', 'base64')
  const decipher = createDecipheriv('aes-256-gcm', key.bytes, bytes.subarray(0, IV_BYTES))
  decipher.setAAD(bound(place)).setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
  return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString(
    'utf8',
  )
}

function bound(place: Place): Buffer {
  return Buffer.from(JSON.stringify([place.table, place.column, place.row]))
}
