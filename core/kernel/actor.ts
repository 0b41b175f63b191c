import type { Instant } from './dates.ts'

/**
 * Who acts. Staff hold the permissions of their role within their brands; clients hold the rights of their
 * memberships; the system acts in jobs and runs. A pattern is "invoice.void", "invoice.*", "*.read" or "*" for all.
 */
export interface Actor {
  readonly kind: 'system' | 'staff' | 'client' | 'guest' | 'plugin'
  /** usr_…, key_…, plg_…, or a name such as "system:billing_run". Goes into events and audit rows. */
  readonly id: string
  readonly name: string
  readonly permissions: readonly string[]
  readonly brandIds: 'all' | readonly string[]
  readonly grants: readonly ClientGrant[]
  readonly requestId?: string
  /** The event that led to the act, where who acts says so. */
  readonly cause?: string
  readonly address?: string
  /** Set when the actor came through a session; an API key has none. */
  readonly sessionId?: string
  /** When the password was last given again in this session, for acts that ask for it. */
  readonly confirmedAt?: Instant | null
}

/** What a user may do for one client, or for one service of it. */
export interface ClientGrant {
  readonly clientId: string
  readonly serviceId: string | null
  readonly rights: readonly string[]
}

export function systemActor(name: string): Actor {
  return { kind: 'system', id: `system:${name}`, name, permissions: ['*'], brandIds: 'all', grants: [] }
}

export function guestActor(brandId: string, facts: { requestId?: string; address?: string } = {}): Actor {
  return {
    kind: 'guest',
    id: 'guest',
    name: 'Guest',
    permissions: [],
    brandIds: [brandId],
    grants: [],
    ...facts,
  }
}

/** Whether a list of patterns covers a permission: "invoice.void", "invoice.*", "*.void" and "*" cover "invoice.void". */
export function covers(patterns: readonly string[], permission: string): boolean {
  return patterns.some(
    (pattern) =>
      pattern === '*' ||
      pattern === permission ||
      (pattern.endsWith('.*') && permission.startsWith(pattern.slice(0, -1))) ||
      (pattern.startsWith('*.') && permission.endsWith(pattern.slice(1))),
  )
}
