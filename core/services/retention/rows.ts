import type { Instant } from '../../kernel/index.ts'

/** What is offered to whoever gives a reason: at most one thing. */
export const offerKinds = ['discount', 'cheaper', 'pause', 'talk'] as const
export type OfferKind = (typeof offerKinds)[number]

export interface OfferColumns {
  offer: OfferKind | null
  /** What the shop says beside it. */
  offer_text: string | null
  percent_ppm: number | null
  amount_minor: bigint | null
  currency: string | null
  /** Periods that a discount lowers. */
  renewals: number | null
  /** Name of the discount on invoices. */
  label: string | null
}

export interface CancelReasonRow extends OfferColumns {
  id: string
  brand_id: string
  /** JSON: ids of the products whose cancellation asks it; none: every product. */
  product_ids: string
  position: number
  name: string
  /** Whether a word on it must be said. */
  asks_note: number
  retired_at: Instant | null
  version: number
}

export interface StayOfferRow extends Omit<OfferColumns, 'offer'> {
  id: string
  brand_id: string
  client_id: string
  service_id: string
  reason_id: string
  wanted_at: 'now' | 'end'
  note: string | null
  offer: OfferKind
  status: string
  discount_id: string | null
  answered_at: Instant | null
  version: number
  created_at: Instant
}
