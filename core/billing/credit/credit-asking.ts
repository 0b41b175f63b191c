import type { Asking } from '../../records/index.ts'
import type { GrantRow } from './grant-credit.ts'

interface Wish {
  amount_minor: string
  origin: GrantRow['origin']
  expires_on?: string | null | undefined
  reason: string
}

/** What is given has no id before it is written, so its client stands for it. */
export function grantAsking(
  client: { id: string; brand_id: string; currency: string },
  { amount_minor, origin, expires_on = null, reason }: Wish,
): Asking {
  const row = { id: client.id, version: 0, brand_id: client.brand_id, client_id: client.id }
  const facts = { amount_minor, currency: client.currency, origin, expires_on }
  return { noun: 'credit', transition: 'grant', from: 'none', to: 'granted', row, reason, facts }
}

/** What is taken may be less by the time that the answer is there: then plugins are asked again, about that sum. */
export function revokeAsking(
  row: GrantRow,
  { takenMinor, reason }: { takenMinor: bigint; reason: string },
): Asking {
  const facts = { amount_minor: takenMinor.toString(), currency: row.currency, origin: row.origin }
  return { noun: 'credit', transition: 'revoke', from: 'granted', to: 'revoked', row, reason, facts }
}
