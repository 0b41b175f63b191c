import { sql, type Queries } from '../../db/index.ts'
import type { Instant } from '../../kernel/index.ts'

export interface UnreadMoney {
  instance_id: string
  currency: string
  unread_minor: bigint
}

/**
 * What came to gateways, and went from them, since they last told their balances: it is in the books and in no balance
 * yet. It goes by when it happened there, so that a message that arrived late is none of it. The newest transactions are
 * walked back to the oldest of these readings, not all that there ever were.
 */
export function unreadMoney(queries: Queries, oldestReading: Instant): Promise<UnreadMoney[]> {
  return queries.all<UnreadMoney>(sql`
    select x.instance_id, x.currency, sum(x.amount_minor - x.fee_minor) as unread_minor from transactions x
    where x.id > coalesce((select y.id from transactions y where y.created_at <= ${oldestReading} order by y.id desc limit 1), '')
      and x.occurred_at > (select max(b.read_at) from gateway_balances b where b.instance_id = x.instance_id and b.currency = x.currency)
    group by x.instance_id, x.currency order by x.instance_id, x.currency`)
}
