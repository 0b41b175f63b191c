/**
 * Who acts. Staff hold the permissions of their role within their brands; clients hold the rights of their
 * memberships; the system acts in jobs and runs. Permissions may end in ".*" and "*" is all.
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
  readonly address?: string
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

/** Whether a list of patterns covers a permission: "invoice.void", "invoice.*" and "*" cover "invoice.void". */
export function covers(patterns: readonly string[], permission: string): boolean {
  return patterns.some(
    (pattern) =>
      pattern === '*' ||
      pattern === permission ||
      (pattern.endsWith('.*') && permission.startsWith(pattern.slice(0, -1))),
  )
}
