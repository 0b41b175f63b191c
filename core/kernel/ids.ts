import { randomFillSync } from 'node:crypto'
import type { Clock } from './clock.ts'

/** Every prefix of a TypeID and what it names. A record keeps its prefix for ever. */
export const prefixes = {
  aud: 'audit entry',
  brd: 'brand',
  can: 'cancellation',
  cat: 'catalogue import',
  chg: 'charge',
  cli: 'client',
  cnt: 'contact',
  cpn: 'coupon',
  cpu: 'coupon use',
  crd: 'credit note',
  crt: 'cart',
  cti: 'cart item',
  dlc: 'delivery call',
  dlv: 'delivery',
  dsp: 'dispute',
  evt: 'event',
  fil: 'file',
  fld: 'order field',
  grp: 'product group',
  inl: 'invoice line',
  inv: 'invoice',
  job: 'job',
  jrn: 'journal',
  key: 'API key',
  mem: 'membership',
  mth: 'payment method',
  msg: 'message',
  nte: 'note',
  opt: 'option',
  opv: 'option value',
  ord: 'order',
  ori: 'order item',
  pay: 'payment',
  plg: 'plugin instance',
  prc: 'price',
  prd: 'product',
  ref: 'refund',
  req: 'request',
  rlm: 'realm',
  rol: 'role',
  run: 'billing run',
  sel: 'seller',
  ser: 'number series',
  ses: 'session',
  srv: 'server',
  stf: 'staff member',
  svc: 'service',
  svg: 'server group',
  tax: 'tax rule',
  tok: 'one-time token',
  trx: 'transaction',
  tmr: 'timer',
  usr: 'user',
  whe: 'webhook event',
  alc: 'allocation',
  chn: 'service change',
} as const

export type Prefix = keyof typeof prefixes
export type Id<P extends Prefix = Prefix> = `${P}_${string}`

export interface IdMaker {
  <P extends Prefix>(prefix: P): Id<P>
}

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

/**
 * Makes TypeIDs: a prefix and a UUIDv7 in Crockford base 32, so that ids sort by the moment they were made.
 * Within one millisecond the random part counts up, which keeps the order of a batch.
 */
export function idMaker(
  clock: Clock,
  random: (bytes: Uint8Array) => void = (b) => void randomFillSync(b),
): IdMaker {
  let last = 0
  let tail = 0n
  const bytes = new Uint8Array(10)
  return (prefix) => {
    const now = clock.ms()
    if (now > last) {
      last = now
      random(bytes)
      tail = toBigInt(bytes) & ((1n << 73n) - 1n)
    } else {
      tail += 1n
    }
    return `${prefix}_${encode(uuid7(BigInt(last), tail))}` as never
  }
}

/** Whether a text from outside has the form of an id with this prefix. */
export function isId<P extends Prefix>(prefix: P, text: unknown): text is Id<P> {
  return (
    typeof text === 'string' &&
    text.startsWith(`${prefix}_`) &&
    /^[0-7][0-9a-hjkmnp-tv-z]{25}$/.test(text.slice(4))
  )
}

/** 48 bits of time, version 7, 12 bits, variant 2, 62 bits: `tail` fills the 74 free bits. */
function uuid7(ms: bigint, tail: bigint): bigint {
  const high = (tail >> 62n) & 0xfffn
  const low = tail & ((1n << 62n) - 1n)
  return (ms << 80n) | (7n << 76n) | (high << 64n) | (2n << 62n) | low
}

function encode(value: bigint): string {
  let text = ''
  for (let shift = 125n; shift >= 0n; shift -= 5n) text += ALPHABET[Number((value >> shift) & 31n)]
  return text
}

function toBigInt(bytes: Uint8Array): bigint {
  let value = 0n
  for (const byte of bytes) value = (value << 8n) | BigInt(byte)
  return value
}
