export type MovementKind = 'new' | 'reactivation' | 'expansion' | 'contraction' | 'churn'

/** What a service brings in a month: as it was noted last, and as it is now. */
export interface Brings {
  serviceId: string
  beforeMinor: bigint
  afterMinor: bigint
}

export interface Movement {
  serviceId: string
  kind: MovementKind
  /** More, or less below zero. */
  movedMinor: bigint
}

/**
 * Pure: how the services of one client moved. A client begins, comes back and leaves as a whole; between that, what a
 * service brings more widens the client and what it brings less narrows it, also when one comes beside another.
 */
export function planMovements(services: readonly Brings[], wasClient: boolean): Movement[] {
  const before = services.reduce((sum, { beforeMinor }) => sum + beforeMinor, 0n)
  const after = services.reduce((sum, { afterMinor }) => sum + afterMinor, 0n)
  return services.flatMap(({ serviceId, beforeMinor, afterMinor }) => {
    const movedMinor = afterMinor - beforeMinor
    if (movedMinor === 0n) return []
    return [{ serviceId, movedMinor, kind: kindOf({ before, after, movedMinor, wasClient }) }]
  })
}

interface Turn {
  before: bigint
  after: bigint
  movedMinor: bigint
  wasClient: boolean
}

function kindOf({ before, after, movedMinor, wasClient }: Turn): MovementKind {
  if (before === 0n) return wasClient ? 'reactivation' : 'new'
  if (after === 0n) return 'churn'
  return movedMinor > 0n ? 'expansion' : 'contraction'
}
