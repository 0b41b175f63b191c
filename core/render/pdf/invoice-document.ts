import type { IsoDate } from '../../kernel/index.ts'

/** What an issued document says, as frozen at issue. Amounts are minor units of `currency`; rates are parts per million. */
export interface InvoiceDocument {
  number: string
  kind: 'invoice' | 'credit_note' | 'proforma' | 'receipt' | 'quote'
  /** It was paid before it was issued: the invoice of a proforma. */
  paid?: boolean
  currency: string
  issuedOn: IsoDate
  /** Of a quote the last day on which it can be accepted. */
  dueOn: IsoDate
  /** Number of the invoice that a credit note corrects. */
  corrects?: string
  seller: DocumentSeller
  buyer: DocumentBuyer
  lines: readonly DocumentLine[]
  taxes: readonly DocumentTax[]
  subtotalMinor: bigint
  taxMinor: bigint
  totalMinor: bigint
  notes?: string
  /** Sentences about the tax that the law wants on the document. */
  statements?: readonly string[]
  /** Language of the document, also for dates and amounts: "de", "ar". */
  locale: string
  /** Whether the amounts of the lines are gross. */
  pricesIncludeTax: boolean
  /** Absolute address where the client pays, or answers a quote. */
  payUrl?: string
}

export interface DocumentSeller {
  name: string
  addressLines: readonly string[]
  /** ISO 3166 code. */
  country?: string
  taxId?: string | null
  email?: string | null
  /** Register entry, managing directors, wording that the law asks for: stands at the foot of each page. */
  legalText?: string | null
}

export interface DocumentBuyer {
  name: string
  company?: string | null
  addressLines: readonly string[]
  /** ISO 3166 code; shown by its name in the document's language. */
  country: string
  taxId?: string | null
}

export interface DocumentLine {
  description: string
  periodStart?: IsoDate | null
  /** The first day after the period, as charges keep it; the document shows the last day. */
  periodEnd?: IsoDate | null
  quantity: number
  unitMinor: bigint
  amountMinor: bigint
  taxRatePpm: number
  netMinor: bigint
  taxMinor: bigint
}

export interface DocumentTax {
  name: string
  ratePpm: number
  /** 2: it comes on top of another tax of the same lines. */
  level?: number
  /** What it was taken on. */
  netMinor: bigint
  taxMinor: bigint
}
