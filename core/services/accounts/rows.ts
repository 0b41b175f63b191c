import type { Instant } from '../../kernel/index.ts'

/**
 * What the comparison says of an account. Both sides know it: `agrees`, `differs`. The server has it and nobody is billed:
 * `waiting` bears the id of a service that is still to be delivered, `left` that of one that has ended, `stray` of none.
 * `missing` is a service whose account the server does not list.
 */
export const accountKinds = ['missing', 'stray', 'left', 'waiting', 'differs', 'agrees'] as const
export type AccountKind = (typeof accountKinds)[number]

/** `what` is "state" or the name of a product setting. */
export interface AccountDifference {
  what: string
  /** With us. */
  here: string
  /** On the server. */
  there: string
}

export interface ServerAccountRow {
  id: string
  server_id: string
  brand_id: string | null
  client_id: string | null
  service_id: string | null
  remote_id: string | null
  external_id: string | null
  name: string
  state: 'live' | 'suspended' | 'creating' | 'failed' | null
  product: string | null
  kind: AccountKind
  /** AccountDifference[] as JSON. */
  differs: string
  round: string
  note: string | null
  noted_by: string | null
  /** Why it was not adopted with the others. */
  problem: string | null
  found_at: Instant
}

export interface ComparisonRow {
  server_id: string
  round: string
  cursor: string
  pages: number
  accounts: number
  problem: string | null
  started_at: Instant
  /** Null while it goes on. */
  ended_at: Instant | null
  /** When the last one came to its end. */
  compared_at: Instant | null
}
