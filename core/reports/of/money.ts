import { refundPart, refundsInParts } from '../../billing/index.ts'
import { sql, type Sql } from '../../db/index.ts'
import { dayStart } from '../day-start.ts'
import { factReport } from '../fact-report.ts'
import { ofQuery, type ReportQuery } from '../report.ts'

/** What came in and went out, by gateway and kind of movement, with what the gateway kept. */
export const moneyReport = factReport({
  key: 'gateways',
  groups: [
    { key: 'gateway', kind: 'text' },
    { key: 'movement', kind: 'word' },
  ],
  figures: [
    { key: 'amount', kind: 'money' },
    { key: 'fee', kind: 'money' },
    { key: 'cleared', kind: 'money' },
  ],
  subject: 'payments',
  facts: (query) => sql`
    select coalesce(x.payment_id, x.id) as document_id, x.currency, coalesce(g.name, '') as gateway, x.kind as movement,
      x.amount_minor as amount_minor, x.fee_minor as fee_minor, x.amount_minor - x.fee_minor as cleared_minor
    from transactions x left join plugin_instances g on g.id = x.instance_id
    where x.created_at >= ${dayStart(query.zone, query.from)} and x.created_at < ${dayStart(query.zone, query.until)}
      and ${ofQuery(query, 'x', sql`x.brand_id`)}
    union all ${toldByGateways(query)}`,
})

/**
 * What gateways told later: the fees of movements, what they changed into another currency, and payouts. By the postings
 * themselves, so that the report and the clearing account agree.
 */
const toldByGateways = (query: ReportQuery): Sql => sql`
  select t.document_id, o.currency, coalesce(g.name, '') as gateway, t.movement, 0 as amount_minor,
    sum(case when o.account like 'gateway_fees:%' then o.amount_minor else 0 end) as fee_minor,
    sum(case when o.account like 'gateway_clearing:%' then o.amount_minor else 0 end) as cleared_minor
  from (select m.id, m.instance_id, coalesce(m.payment_id, m.payout_id, m.id) as document_id, 'settled' as movement from gateway_movements m
      union all select p.id, p.instance_id, p.id, 'payout' from payouts p) t
    join journals j on j.source_id = t.id join postings o on o.journal_id = j.id left join plugin_instances g on g.id = t.instance_id
  where j.created_at >= ${dayStart(query.zone, query.from)} and j.created_at < ${dayStart(query.zone, query.until)}
    and ${ofQuery(query, 'o', sql`o.brand_id`)}
  group by t.document_id, o.currency, g.name, t.movement`

/** Refunds by what paid for them and where they went. Failed ones moved nothing. */
export const refundReport = factReport({
  key: 'refunds',
  groups: [
    { key: 'taken_from', kind: 'word' },
    { key: 'destination', kind: 'word' },
  ],
  figures: [{ key: 'amount', kind: 'money' }],
  subject: 'payments',
  facts: (query) => sql`
    select r.payment_id as document_id, r.currency, ${refundPart.takenFrom} as taken_from, r.destination, ${refundPart.amountMinor} as amount_minor
    from ${refundsInParts} join payments p on p.id = r.payment_id where r.status <> 'failed'
      and r.created_at >= ${dayStart(query.zone, query.from)} and r.created_at < ${dayStart(query.zone, query.until)}
      and ${ofQuery(query, 'p', sql`p.brand_id`)}`,
})
