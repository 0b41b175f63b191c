import { sql } from '../../db/index.ts'
import type { Instant } from '../../kernel/index.ts'
import { declareRead, scoped, type Means } from '../../records/index.ts'
import type { Actor } from '../../kernel/index.ts'

declareRead('cancel_reason.list', ['staff'])

/** What one reason brought since a moment. */
export interface ReasonFigures {
  reason_id: string
  cancelled: number
  offered: number
  accepted: number
  declined: number
}

/**
 * What offers that were taken came to since a moment, before tax: what they took off, and what was charged all the same.
 * Of services that stayed: one that is cancelled after all counts no longer.
 */
export interface StayMoney {
  currency: string
  given_minor: bigint
  kept_minor: bigint
}

export async function readRetention(
  { db }: Pick<Means, 'db'>,
  since: Instant,
  actor: Actor,
): Promise<{ reasons: Map<string, ReasonFigures>; money: StayMoney[] }> {
  const own = scoped(actor, { table: 'r', client: null })
  const rows = await db.all<ReasonFigures>(sql`
    select r.id as reason_id, coalesce(max(c.cancelled), 0) as cancelled,
      count(o.id) as offered, count(case when o.status = 'accepted' then 1 end) as accepted,
      count(case when o.status = 'declined' then 1 end) as declined
    from cancel_reasons r left join stay_offers o on o.reason_id = r.id and o.created_at >= ${since}
      left join (select reason_id, count(*) as cancelled from cancellations
        where status <> 'undone' and created_at >= ${since} group by reason_id) c on c.reason_id = r.id
    where ${own} group by r.id`)
  const money = await db.all<StayMoney>(sql`
    select c.currency, -coalesce(sum(case when c.cause = r.discount_id then c.amount_minor end), 0) as given_minor,
      coalesce(sum(c.amount_minor), 0) as kept_minor
    from stay_offers r join charges c on c.source_id = r.service_id and c.created_at >= r.answered_at
    where ${own} and r.status = 'accepted' and r.created_at >= ${since} and not exists (
      select 1 from cancellations x where x.service_id = r.service_id and x.status <> 'undone' and x.created_at >= r.answered_at)
    group by c.currency order by c.currency`)
  return { reasons: new Map(rows.map((row) => [row.reason_id, row])), money }
}
