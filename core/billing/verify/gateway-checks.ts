import { sql, type Sql } from '../../db/index.ts'
import type { Check } from './check.ts'

/** What journals of a record moved on an account of each gateway, in one currency. */
const moved = (source: Sql, account: string, currency: Sql): Sql => sql`
  coalesce((select sum(o.amount_minor) from journals j join postings o on o.journal_id = j.id
    where j.source_id = ${source} and o.account like ${account} and o.currency = ${currency}), 0)`

const CLEARING = 'gateway_clearing:%'

/** What gateways have told of our money, against what was booked for it. */
export const gatewayChecks: readonly Check[] = [
  {
    name: 'movement at a gateway is booked as it moved',
    statement: () => sql`
      select d.id, 'moved ' || cast(d.net_minor as text) || ', booked ' || cast(d.settled_minor as text) || ' and ' || cast(d.left_minor as text) || ' left in the currency of the books' as problem
      from (select m.id, m.amount_minor - m.fee_minor as net_minor,
          ${moved(sql`m.id`, CLEARING, sql`m.currency`)} + case when m.books_currency = m.currency then m.books_minor else 0 end as settled_minor,
          case when m.books_currency <> m.currency then m.books_minor + ${moved(sql`m.id`, CLEARING, sql`m.books_currency`)} else 0 end as left_minor
        from gateway_movements m where m.status <> 'waiting') d
      where d.settled_minor <> d.net_minor or d.left_minor <> 0 order by d.id`,
  },
  {
    name: 'movement at a gateway is the one in the books that it says',
    statement: () => sql`
      select m.id, 'booked over ' || cast(m.books_minor as text) || ' ' || m.books_currency || ', the books have ' || cast(x.amount_minor - x.fee_minor as text) || ' ' || x.currency as problem
      from gateway_movements m join transactions x on x.id = m.transaction_id
      where x.instance_id <> m.instance_id or x.currency <> m.books_currency or x.amount_minor - x.fee_minor <> m.books_minor order by m.id`,
  },
  {
    name: 'payout stands between gateway and bank as far as it has gone',
    statement: () => sql`
      select d.id, d.status || ' over ' || cast(d.amount_minor as text) || ', booked ' || cast(d.clearing_minor as text) || ' at the gateway, ' || cast(d.transit_minor as text) || ' on its way, ' || cast(d.bank_minor as text) || ' at the bank' as problem
      from (select p.id, p.status, p.amount_minor, p.fee_minor, ${moved(sql`p.id`, CLEARING, sql`p.currency`)} as clearing_minor,
          ${moved(sql`p.id`, 'payouts_in_transit:%', sql`p.currency`)} as transit_minor, ${moved(sql`p.id`, 'bank', sql`p.currency`)} as bank_minor
        from payouts p) d
      where d.clearing_minor <> case d.status when 'returned' then 0 else -d.amount_minor - d.fee_minor end
        or d.transit_minor <> case d.status when 'sent' then d.amount_minor else 0 end
        or d.bank_minor <> case d.status when 'arrived' then d.amount_minor else 0 end order by d.id`,
  },
  {
    name: 'movement is in a payout of its own gateway and currency',
    statement: () => sql`
      select m.id, 'in ' || m.currency || ', its payout ' || p.id || ' in ' || p.currency as problem
      from gateway_movements m join payouts p on p.id = m.payout_id where p.instance_id <> m.instance_id or p.currency <> m.currency order by m.id`,
  },
  {
    name: 'agreement pays for a service of its own client and currency',
    statement: () => sql`
      select g.id, 'of ' || coalesce(g.client_id, 'nobody') || ' in ' || g.currency || ', its service is of ' || s.client_id || ' in ' || s.currency as problem
      from agreements g join services s on s.id = g.service_id
      where g.client_id is null or g.client_id <> s.client_id or g.currency <> s.currency order by g.id`,
  },
]
