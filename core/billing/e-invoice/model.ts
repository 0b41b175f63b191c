import type { IsoDate } from '../../kernel/index.ts'

/** The terms of EN 16931 that our documents have; amounts in minor units, never below zero but for reductions. */
export interface EInvoice {
  /** BT-3: 380 invoice, 381 credit note. */
  typeCode: '380' | '381'
  number: string
  issuedOn: IsoDate
  /** BT-9. */
  dueOn: IsoDate | null
  currency: string
  /** BT-10. */
  buyerReference: string | null
  /** BT-22. */
  notes: readonly string[]
  /** BG-3. */
  preceding: { number: string; issuedOn: IsoDate } | null
  seller: EParty
  /** BG-6: whom to ask; empty where it was not said. */
  contact: EContact
  /** BT-84: where to pay by credit transfer. */
  iban: string | null
  buyer: EParty
  lines: readonly ELine[]
  /** BG-23. */
  breakdown: readonly EBreakdown[]
  sums: ESums
  /** BT-6 and BT-111: the tax in the currency of the seller's books, where that is another one. */
  accounting: { currency: string; taxMinor: bigint } | null
}

export type EInvoiceStandard = 'en16931' | 'xrechnung'

export interface EParty {
  name: string
  street: readonly string[]
  city: string
  postcode: string
  region: string | null
  country: string
  /** BT-31, BT-48: with the prefix of its country. */
  vatId: string | null
  /** BT-32: an id that is no VAT id. */
  taxId: string | null
  email: string | null
  /** BT-34, BT-49. */
  electronicAddress: { scheme: string; address: string } | null
}

export interface EContact {
  name: string
  phone: string
  email: string
}

export type ECategory = 'S' | 'Z' | 'E' | 'AE' | 'G' | 'O'

export interface ELine {
  id: string
  name: string
  /** Below zero for a reduction: prices never are. */
  quantity: number
  /** BT-131. */
  netMinor: bigint
  /** BT-146, for `baseQuantity` (BT-149) units: so that quantity × price is the net amount to the last digit. */
  priceMinor: bigint
  baseQuantity: number
  category: ECategory | null
  ratePpm: number
  /** BG-26, first and last day. */
  period: { from: IsoDate; to: IsoDate } | null
}

export interface EBreakdown {
  category: ECategory
  ratePpm: number
  baseMinor: bigint
  taxMinor: bigint
  reason: string | null
  /** BT-121. */
  reasonCode: string | null
}

export interface ESums {
  /** BT-106 */
  linesMinor: bigint
  /** BT-109 */
  netMinor: bigint
  /** BT-110 */
  taxMinor: bigint
  /** BT-112 */
  totalMinor: bigint
  /** BT-113 */
  paidMinor: bigint
  /** BT-114 */
  roundingMinor: bigint
  /** BT-115 */
  dueMinor: bigint
}

export interface Finding {
  /** "BR-CO-15", as in the standard. */
  rule: string
  /** What has to be filled in or changed: "seller.tax_id". */
  field: string
  problem: string
}
