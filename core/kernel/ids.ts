import type { Clock } from './clock.ts'
import { fillRandom } from './random.ts'

/** Every prefix of a TypeID and what it names. A record keeps its prefix for ever. */
export const prefixes = {
  agr: 'agreement at a gateway',
  gmv: 'movement at a gateway',
  hpr: 'process with plugin hosts',
  pyo: 'payout',
  ath: 'authorisation',
  aud: 'audit entry',
  bka: 'bank account',
  bkl: 'bank line',
  bli: 'billable item',
  brd: 'brand',
  bun: 'bundle',
  can: 'cancellation',
  cat: 'catalogue import',
  cgr: 'client group',
  crg: 'credit grant',
  crm: 'cart reminder',
  chg: 'charge',
  cli: 'client',
  cnr: 'reason of a cancellation',
  cnt: 'contact',
  cpn: 'coupon',
  cpu: 'coupon use',
  crs: 'credit use',
  crd: 'credit note',
  crt: 'cart',
  cti: 'cart item',
  dis: 'discount of a service',
  dfi: 'income deferral',
  dcy: 'discrepancy',
  dlc: 'delivery call',
  dlv: 'delivery',
  dsp: 'dispute',
  evt: 'event',
  fil: 'file',
  fld: 'order field',
  gcm: 'gift card movement',
  gft: 'gift card',
  fxr: 'exchange rate',
  grp: 'product group',
  giv: 'gift of a product',
  inl: 'invoice line',
  ipl: 'instalment plan',
  inv: 'invoice',
  dtx: 'document text',
  job: 'job',
  let: 'letter',
  lex: 'ledger export',
  lmo: 'ledger month',
  jrn: 'journal',
  key: 'API key',
  lnk: 'invoice link',
  mem: 'membership',
  mei: 'invitation of a member',
  mth: 'payment method',
  msg: 'message',
  nte: 'note',
  opt: 'option',
  opv: 'option value',
  ord: 'order',
  ori: 'order item',
  pay: 'payment',
  pcp: 'price campaign',
  plg: 'plugin instance',
  plo: 'plugin offer',
  plt: 'price list',
  plv: 'plugin version',
  prc: 'price',
  prd: 'product',
  quo: 'quote',
  qul: 'quote line',
  quv: 'quote version',
  prq: 'plugin request',
  prr: 'price rule',
  ref: 'refund',
  rpt: 'part of a refund',
  req: 'request',
  rlm: 'realm',
  rol: 'role',
  run: 'billing run',
  sac: 'server account',
  sel: 'seller',
  ser: 'number series',
  ses: 'session',
  sgn: 'sign-in',
  srp: 'service repricing',
  srv: 'server',
  sto: 'offer to stay',
  stf: 'staff member',
  sva: 'service act',
  svc: 'service',
  svg: 'server group',
  tax: 'tax rule',
  tic: 'check of a tax id',
  txe: 'tax exemption',
  pev: 'evidence of place',
  tok: 'one-time token',
  trf: 'transfer of a service',
  trx: 'transaction',
  tmr: 'timer',
  usr: 'user',
  whe: 'webhook event',
  wof: 'write-off',
  alc: 'allocation',
  chn: 'service change',
} as const

export type Prefix = keyof typeof prefixes
export type Id<P extends Prefix = Prefix> = `${P}_${string}`

export interface IdMaker {
  <P extends Prefix>(prefix: P): Id<P>
}

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const PAIRS = Array.from({ length: 1024 }, (_, n) => ALPHABET[n >> 5]! + ALPHABET[n & 31]!)
const THIRTY_BITS = 2 ** 30

/**
 * Makes TypeIDs: a prefix and a UUIDv7 in Crockford base 32, so that ids sort by the moment they were made.
 * Within one millisecond the last 60 bits count up, which keeps the order of a batch and costs no new randomness.
 */
export function idMaker(clock: Clock, random: (bytes: Uint8Array) => void = fillRandom): IdMaker {
  const bytes = new Uint8Array(10)
  let last = -1
  let head = ''
  let high = 0
  let low = 0
  const start = (ms: number) => {
    last = ms
    random(bytes)
    const view = new DataView(bytes.buffer)
    head = headOf(ms, view.getUint16(0))
    // The top bit stays clear: room to count in before a carry.
    high = view.getUint32(2) % (THIRTY_BITS / 2)
    low = view.getUint32(6) % THIRTY_BITS
  }
  return (prefix) => {
    const now = clock.ms()
    if (now > last) start(now)
    else if (++low === THIRTY_BITS) {
      low = 0
      high += 1
    }
    return `${prefix}_${head}${sixOf(high)}${sixOf(low)}` as never
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

/** First 14 of 26 characters: 48 bits of time, version 7, 12 random bits, variant 2 and two random bits. */
function headOf(ms: number, random: number): string {
  const high = Math.floor(ms / 1024)
  const low = (ms % 1024) * 2 ** 20 + (7 << 16) + ((random & 0xfff) << 4) + 8 + (random >> 14)
  return PAIRS[Math.floor(high / THIRTY_BITS)]! + sixOf(high % THIRTY_BITS) + sixOf(low)
}

function sixOf(thirtyBits: number): string {
  return PAIRS[thirtyBits >> 20]! + PAIRS[(thirtyBits >> 10) & 1023]! + PAIRS[thirtyBits & 1023]!
}
