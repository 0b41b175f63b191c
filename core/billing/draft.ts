import type { Json } from '../jobs/index.ts'
import type { IsoDate } from '../kernel/index.ts'
import type { TaxRate, UntaxedPrice } from './tax.ts'

export type LineKind =
  | 'recurring'
  | 'option'
  | 'setup'
  | 'once'
  | 'change'
  | 'discount'
  | 'manual'
  | 'fee'
  | 'late_fee'
  | 'surcharge'
  | 'deposit'
  | 'gift_card'

/** One priced event on its way into a document. Amounts are as the brand states prices: net or gross. */
export interface DraftLine {
  /** Service, product change or other thing that is charged; null for a free line. */
  sourceId: string | null
  kind: LineKind
  /** With source, kind and period start it makes the charge unique; empty for a recurring one. */
  cause?: string
  description: string
  quantity: number
  unitMinor: bigint
  /** quantity × unit after proration; negative for discounts and credits. */
  amountMinor: bigint
  taxClass: string
  periodStart?: IsoDate
  periodEnd?: IsoDate
  /** A charge that exists already: it moves to this document. */
  chargeId?: string
  /** As a tax plugin has determined them, or as they were charged; absent where the rules of the seller decide. */
  taxes?: readonly TaxRate[]
  /** What the service was ordered with; absent where the seller decides. */
  untaxedPrice?: UntaxedPrice | undefined
  /** What was paid of the stated price that this line gives back of; absent where nothing was charged, or it gives nothing back. */
  charged?: { amountMinor: bigint; statedMinor: bigint } | undefined
  /** Why this sum: price version, coupon, period and days, rounding. */
  trace: { [key: string]: Json | undefined }
}

export type InvoiceOrigin =
  | 'order'
  | 'renewal'
  | 'change'
  | 'manual'
  | 'deposit'
  | 'billable'
  | 'late_fee'
  | 'surcharge'
  | 'instalments'
  | 'merged'
  | 'split'

/** A credit note is drafted like an invoice, with amounts below zero, and names the document that it corrects. */
export interface DraftInvoice {
  /** Id that the document takes over from a draft of staff. */
  id?: string
  kind?: 'invoice' | 'credit_note' | 'receipt'
  correctsId?: string | null
  brandId: string
  clientId: string
  currency: string
  origin: InvoiceOrigin
  originId: string | null
  dueOn: IsoDate
  lines: readonly DraftLine[]
  notes?: string
}
