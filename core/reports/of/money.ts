import { sql } from '../../db/index.ts'
import { dayStart } from '../day-start.ts'
import { factReport } from '../fact-report.ts'
import { ofQuery } from '../report.ts'

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
      and ${ofQuery(query, 'x', sql`x.brand_id`)}`,
})

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
    select r.payment_id as document_id, r.currency, r.taken_from, r.destination, r.amount_minor
    from refunds r join payments p on p.id = r.payment_id where r.status <> 'failed'
      and r.created_at >= ${dayStart(query.zone, query.from)} and r.created_at < ${dayStart(query.zone, query.until)}
      and ${ofQuery(query, 'p', sql`p.brand_id`)}`,
})
