import type { Asking } from '../../records/index.ts'
import type { GiftCardRow } from './gift-card.ts'

interface Wish {
  amount_minor: string
  currency: string
  expires_on?: string | null | undefined
  note?: string | null | undefined
}

/** A card has no id before it is made, so its brand stands for it. Its code is never said. */
export function issueAsking(
  brandId: string,
  { amount_minor, currency, expires_on = null, note = null }: Wish,
): Asking {
  const row = { id: brandId, version: 0, brand_id: brandId }
  const facts = { amount_minor, currency, expires_on }
  return { noun: 'gift_card', transition: 'issue', from: 'none', to: 'active', row, reason: note, facts }
}

/** All of a card, or a part of it, which becomes the credit of that client. */
export function redeemAsking(card: GiftCardRow, clientId: string, amountMinor: bigint): Asking {
  const row = { ...card, client_id: clientId }
  const facts = { amount_minor: amountMinor.toString(), currency: card.currency }
  return { noun: 'gift_card', transition: 'redeem', from: 'active', to: 'redeemed', row, facts }
}
