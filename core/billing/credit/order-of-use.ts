import type { Instant, IsoDate } from '../../kernel/index.ts'

/** What is left of one grant. */
export interface OpenGrant {
  id: string
  priority: number
  /** The first day on which it can no longer be used; null: it stays. */
  expiresOn: IsoDate | null
  createdAt: Instant
  leftMinor: bigint
}

export interface Use {
  /** Null: what the client paid in. */
  grantId: string | null
  amountMinor: bigint
}

export interface WantedUse {
  wantedMinor: bigint
  grantsMostMinor?: bigint | null
  today: IsoDate
}

/** The place of what the client paid in among grants: like a grant of the usual priority that never ends. */
export const USUAL_PRIORITY = 100

/**
 * How a sum is taken from a client's credit: by priority, then what ends first, then what we gave before what was paid
 * in, then the oldest. Grants that have ended are left alone, and all of them take no more than they may (null: without
 * a limit of their own). Never more than is wanted, and never more than there is.
 */
export function orderOfUse(
  grants: readonly OpenGrant[],
  paidMinor: bigint,
  { wantedMinor, grantsMostMinor = null, today }: WantedUse,
): Use[] {
  const usable = grants.filter((grant) => grant.expiresOn === null || grant.expiresOn > today)
  const sources = [
    ...[...usable].sort(before).map((grant) => ({ ...grant, grantId: grant.id })),
    ...[{ grantId: null, leftMinor: paidMinor, priority: USUAL_PRIORITY }],
  ]
  // Stable: among equals the order above stands, in which what was paid in is last.
  sources.sort((a, b) => a.priority - b.priority)
  const uses: Use[] = []
  let wanted = wantedMinor
  let room = grantsMostMinor ?? wantedMinor
  for (const { grantId, leftMinor } of sources) {
    const most = grantId !== null && room < wanted ? room : wanted
    const amountMinor = leftMinor < most ? leftMinor : most
    if (amountMinor <= 0n) continue
    uses.push({ grantId, amountMinor })
    wanted -= amountMinor
    if (grantId !== null) room -= amountMinor
  }
  return uses
}

/** The last possible day stands for "never". */
const endOf = (grant: OpenGrant): string => grant.expiresOn ?? '9999-12-31'

/** Among grants of the same priority. */
function before(a: OpenGrant, b: OpenGrant): number {
  if (endOf(a) !== endOf(b)) return endOf(a) < endOf(b) ? -1 : 1
  if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt ? -1 : 1
  return a.id < b.id ? -1 : 1
}
