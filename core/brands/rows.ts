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
  /** Where tax is rounded: once for each rate of a document, or for each line. */
  tax_rounding: 'document' | 'line'
  /** In which it owes its taxes: documents in another one state their tax in it too. Null: they state nothing. */
  accounting_currency: string | null
  /** What a buyer who owes no tax pays of a gross price: less the tax of a consumer at home, or all of it. */
  untaxed_price: 'net' | 'stated'
  version: number
  created_at: Instant
  updated_at: Instant
}

export interface SellerAddress {
  lines: string[]
  postcode: string
  city: string
}

/** A business is a buyer whose tax id was found valid. */
export const buyerKinds = ['any', 'consumer', 'business', 'exempt'] as const
export const ruleTreatments = [
  'standard',
  'zero_rated',
  'exempt',
  'reverse_charge',
  'export',
  'out_of_scope',
] as const

export interface TaxRule {
  id: string
  seller_id: string
  /** "*": everywhere that has no rule of its own. */
  country: string
  /** Null: the whole country. */
  region: string | null
  tax_class: string
  name: string
  /** Parts per million: 190000 is 19 %. */
  rate_ppm: number
  /** 1 to 4: of each level a buyer pays one tax, so rules of different levels add up. */
  level: number
  /** 1: taken on the net sum and the taxes of the levels before it. */
  compound: number
  buyer_kind: (typeof buyerKinds)[number]
  treatment: (typeof ruleTreatments)[number]
  /** The country whose tax it is; null: the one that the rule is for, the seller's where it is for all. */
  owed_to: string | null
  /** JSON: sentences for the document by language. */
  notes: string
  /** The part of the price that is taxed. */
  base_numerator: number
  base_denominator: number
  /** 1: base and tax are whole units of the currency. */
  round_whole: number
  /** 1: what is less than a unit is dropped; otherwise half up. */
  round_down: number
  /** Both or none; only these characters of the buyer's postcode are compared. */
  postcode_from: string | null
  postcode_to: string | null
  starts_on: IsoDate
  /** The first day on which it holds no more; null while there is no end. */
  ends_on: IsoDate | null
  version: number
  created_at: Instant
  updated_at: Instant
}
