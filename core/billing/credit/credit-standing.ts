import { forUpdate, sql, type Queries, type Trx } from '../../db/index.ts'
import type { Instant, IsoDate } from '../../kernel/index.ts'
import { balanceOf } from '../ledger.ts'
import type { OpenGrant } from './order-of-use.ts'

/** A client's credit, parted into what we gave and what was paid in. */
export interface ClientCredit {
  grants: readonly OpenGrant[]
  /** Overpayments, deposits, credit notes: what may also be paid back. */
  paidMinor: bigint
}

interface BalanceRow {
  balance_minor: bigint
}

interface GrantRow {
  id: string
  priority: number
  expires_on: IsoDate | null
  created_at: Instant
  left_minor: bigint
}

export const leftOfGrant = sql`g.amount_minor - coalesce((select sum(u.amount_minor) from credit_uses u where u.grant_id = g.id), 0)`

export async function clientCredit(
  queries: Queries,
  clientId: string,
  currency: string,
): Promise<ClientCredit> {
  const rows = await queries.all<BalanceRow & (GrantRow | { id: null })>(sql`
    select b.balance_minor, g.id, g.priority, g.expires_on, g.created_at, ${leftOfGrant} as left_minor
    from (${balanceOf(clientId, currency)}) b
      left join credit_grants g on g.client_id = ${clientId} and g.currency = ${currency} order by g.id`)
  const balance = rows[0]!.balance_minor
  const grants = rows
    .filter((row): row is BalanceRow & GrantRow => row.id !== null && row.left_minor > 0n)
    .map((row) => ({
      ...{ id: row.id, priority: row.priority, expiresOn: row.expires_on },
      ...{ createdAt: row.created_at, leftMinor: row.left_minor },
    }))
  return { grants, paidMinor: balance - grants.reduce((sum, grant) => sum + grant.leftMinor, 0n) }
}

/**
 * The same under a lock of the client: of two who take from one client's credit the second one waits, and reads what the
 * first one left.
 */
export async function lockCredit(trx: Trx, clientId: string, currency: string): Promise<ClientCredit> {
  await trx.get(sql`select id from clients where id = ${clientId} ${forUpdate(trx.dialect)}`)
  return clientCredit(trx, clientId, currency)
}

/** What documents may take on a day: grants that have ended are no credit any more, even before they are booked out. */
export function usableMinor({ grants, paidMinor }: ClientCredit, today: IsoDate): bigint {
  return grants
    .filter(({ expiresOn }) => expiresOn === null || expiresOn > today)
    .reduce((sum, { leftMinor }) => sum + leftMinor, paidMinor)
}
