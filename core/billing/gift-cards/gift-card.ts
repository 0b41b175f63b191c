import { createHash } from 'node:crypto'
import type { Queries } from '../../db/index.ts'
import { defineLifecycle, randomBytes, type Actor, type Instant, type IsoDate } from '../../kernel/index.ts'
import { findRow } from '../../records/index.ts'

/** An active card may be empty; what is void or expired holds nothing. */
export const giftCardLifecycle = defineLifecycle('gift_card', {
  initial: 'active',
  transitions: {
    void: { from: ['active'], to: 'void', irreversible: true },
    expire: { from: ['active'], to: 'expired', follows: 'its day, which was given with it, is over' },
  },
})

export interface GiftCardRow {
  id: string
  brand_id: string
  currency: string
  code_hash: string
  /** The last four characters, to tell cards apart. */
  code_end: string
  status: (typeof giftCardLifecycle.states)[number]
  origin: 'bought' | 'issued'
  initial_minor: bigint
  balance_minor: bigint
  expires_on: IsoDate | null
  client_id: string | null
  invoice_id: string | null
  line_id: string | null
  piece: number | null
  note: string | null
  version: number
  created_at: Instant
  updated_at: Instant
}

/** What moved: "bought" and "credited" stand in the ledger with their document, the others by a journal of their own. */
export type GiftCardMove = 'bought' | 'credited' | 'issued' | 'redeemed' | 'expired' | 'voided'

export const getGiftCard = (queries: Queries, actor: Actor, id: string): Promise<GiftCardRow> =>
  findRow(queries, actor, { table: 'gift_cards', what: 'gift card', id, scope: { client: null } })

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const LENGTH = 16

/** "7K2M-…": 80 random bits, in letters that are not taken for each other. */
export function newCode(): string {
  const letters = [...randomBytes(LENGTH)].map((byte) => ALPHABET[byte & 31]!)
  return letters.join('').replace(/(.{4})(?=.)/g, '$1-')
}

/** As people type it: with or without dashes, in any case, O for 0 and I or L for 1. */
const plainCode = (typed: string): string =>
  typed
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1')

export const hashCode = (typed: string): string => createHash('sha256').update(plainCode(typed)).digest('hex')

export const endOf = (code: string): string => code.slice(-4)
