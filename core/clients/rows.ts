import type { Instant } from '../kernel/index.ts'

/** Who is billed. */
export interface Client {
  id: string
  brand_id: string
  kind: 'person' | 'company'
  name: string
  company: string | null
  email: string
  phone: string | null
  address_1: string
  address_2: string | null
  city: string
  region: string | null
  postcode: string
  country: string
  tax_id: string | null
  tax_exempt: number
  auto_charge: number
  separate_invoices: number
  /** The client group whose prices and rules hold for it. */
  client_group_id: string | null
  /** 0: no late fees are charged. */
  late_fees: number
  /** 0: no notices of what is overdue. */
  overdue_notices: number
  /** 0: never closed by itself. */
  auto_close: number
  currency: string
  /** 1 from the first issued document on. */
  currency_fixed: number
  locale: string
  zone: string
  search_text: string
  status: 'active' | 'suspended' | 'closed'
  version: number
  created_at: Instant
  updated_at: Instant
}

export interface Membership {
  id: string
  client_id: string
  user_id: string
  /** Null: the whole client. */
  service_id: string | null
  /** JSON list of patterns. */
  rights: string
  owner: number
  /** By the business clock; null while there is no end. */
  ends_at: Instant | null
  version: number
  created_at: Instant
  updated_at: Instant
}

/** Gets notices and does not sign in. */
export interface Contact {
  id: string
  client_id: string
  name: string
  email: string
  topics: ContactTopic[]
  version: number
  created_at: Instant
  updated_at: Instant
}

export const contactTopics = ['invoices', 'services', 'domains', 'support'] as const
export type ContactTopic = (typeof contactTopics)[number]

/** Of staff, for staff. */
export interface ClientNote {
  id: string
  client_id: string
  author: string
  author_name: string
  body: string
  pinned: number
  version: number
  created_at: Instant
  updated_at: Instant
}
