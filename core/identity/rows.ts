import type { Instant } from '../kernel/index.ts'

export interface Realm {
  id: string
  /** "staff" for the one realm of the provider's own people, "clients" for the customers of some brands. */
  kind: 'staff' | 'clients'
  name: string
  created_at: Instant
}

export interface User {
  id: string
  realm_id: string
  email: string
  email_key: string
  name: string
  /** Null until a first password is set by a link. */
  password_hash: string | null
  email_verified_at: Instant | null
  locale: string
  theme: string
  status: 'active' | 'disabled'
  last_seen_at: Instant | null
  version: number
  created_at: Instant
  updated_at: Instant
}

export interface Session {
  id: string
  user_id: string
  /** The client that a user of several acts for; null until one is chosen. */
  client_id: string | null
  address: string
  agent: string
  created_at: Instant
  last_seen_at: Instant
  /** Without a visit the session ends here; each visit moves it, but never beyond `ends_by`. */
  idle_minutes: number
  expires_at: Instant
  ends_by: Instant
  confirmed_at: Instant | null
  ended_at: Instant | null
}

export interface Role {
  id: string
  name: string
  /** JSON list of patterns. */
  permissions: string
  version: number
  created_at: Instant
  updated_at: Instant
}

export interface StaffMember {
  id: string
  user_id: string
  role_id: string
  /** JSON list of brands; null for all. */
  brand_ids: string | null
  status: 'active' | 'disabled'
  version: number
  created_at: Instant
  updated_at: Instant
}

export interface ApiKey {
  id: string
  name: string
  /** The first characters, so that people know their keys apart. */
  hint: string
  token_hash: string
  user_id: string
  client_id: string | null
  /** JSON list of patterns: the key does what they cover and its user may still do. */
  scopes: string
  last_used_at: Instant | null
  expires_at: Instant | null
  revoked_at: Instant | null
  created_at: Instant
}
