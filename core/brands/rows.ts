import type { Instant, IsoDate } from '../kernel/index.ts'

/** A shop front: what visitors meet, and which seller they buy from. */
export interface Brand {
  id: string
  realm_id: string
  seller_id: string
  name: string
  slug: string
  /** Host names in lower case, without a port; the first is used in links. */
  hosts: string[]
  /** What prices are shown in at first; one of `currencies`. */
  currency: string
  currencies: string[]
  locale: string
  /** IANA zone by which billing days are told. */
  zone: string
  prices_include_tax: number
  /** "Name <address>" of mails. */
  sender: string
  theme: string
  colour: string | null
  status: 'active' | 'closed'
  version: number
  created_at: Instant
  updated_at: Instant
}

/** The legal entity on documents. */
export interface Seller {
  id: string
  name: string
  address: SellerAddress
  country: string
  region: string | null
  tax_id: string | null
  email: string
  legal_text: string | null
  version: number
  created_at: Instant
  updated_at: Instant
}

export interface SellerAddress {
  lines: string[]
  postcode: string
  city: string
}

export interface TaxRule {
  id: string
  seller_id: string
  country: string
  /** Null: the whole country. */
  region: string | null
  tax_class: string
  name: string
  /** Parts per million: 190000 is 19 %. */
  rate_ppm: number
  /** 1 or 2: of each level a buyer pays one tax, so two rules of different levels add up. */
  level: number
  /** 1: taken on the net sum and the tax of the first level. */
  compound: number
  starts_on: IsoDate
  /** The first day on which it holds no more; null while there is no end. */
  ends_on: IsoDate | null
  version: number
  created_at: Instant
  updated_at: Instant
}
