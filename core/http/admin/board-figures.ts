import { saidPaid } from '../../billing/index.ts'
import { sql } from '../../db/index.ts'
import type { Actor, Instant, IsoDate } from '../../kernel/index.ts'
import { scoped, type Means } from '../../records/index.ts'
import { isOwed } from './views/invoice-list.ts'

/** What the board and the API ask for: who, and the day that counts. */
interface Asking {
  means: Pick<Means, 'db'>
  actor: Actor
  today: IsoDate
}

export interface Counts {
  clients: number
  services: number
  orders: number
}

export interface Open {
  currency: string
  unpaid: number
  unpaid_minor: bigint
  overdue: number
  overdue_minor: bigint
}

/** What clients still owe, by currency: as the lists of invoices show it, less what was paid. */
export function openByCurrency({ means, actor, today }: Asking): Promise<Open[]> {
  const issued = sql`${isOwed} and ${scoped(actor, { table: 'i' })}`
  const isOverdue = sql`case when coalesce(i.owed_on, i.due_on) < ${today} then 1 else 0 end`
  return means.db.all<Open>(sql`
    select o.currency, sum(o.documents) as unpaid, sum(o.rest) as unpaid_minor,
      sum(o.documents * o.overdue) as overdue, sum(o.rest * o.overdue) as overdue_minor
    from (select i.currency, ${isOverdue} as overdue, 1 as documents, i.total_minor as rest from invoices i where ${issued}
      union all select i.currency, ${isOverdue}, 0, -a.amount_minor from invoices i join allocations a on a.invoice_id = i.id
        where ${issued}) o
    group by o.currency order by o.currency`)
}

export async function countAll({ means, actor, today }: Asking): Promise<Counts> {
  const row = await means.db.get<Counts>(sql`
    select (select count(*) from clients c where c.status = 'active' and ${scoped(actor, { table: 'c', client: 'id' })}) as clients,
      (select count(*) from services s where s.billing_status in ('active', 'ending') and ${scoped(actor, { table: 's' })}) as services,
      (select count(*) from orders o where o.placed_at >= ${`${today.slice(0, 8)}01`} and ${scoped(actor, { table: 'o' })}) as orders`)
  return row!
}

export interface Waiting {
  kind: string
  entries: number
  oldest: Instant | null
}

/** What stands still until somebody looks at it, by kind, with how long the oldest has waited. */
export function needsPerson({ means, actor }: Asking): Promise<Waiting[]> {
  return means.db.all<Waiting>(sql`
    select 'orders' as kind, count(*) as entries, min(o.placed_at) as oldest from orders o where o.status in ('placed', 'held') and ${scoped(actor, { table: 'o' })}
    union all select 'deliveries', count(*), min(d.updated_at) from deliveries d where d.status = 'failed' and ${scoped(actor, { table: 'd' })}
    union all select 'disputes', count(*), min(x.created_at) from disputes x join clients c on c.id = x.client_id where x.status in ('inquiry', 'open') and ${scoped(actor, { table: 'c', client: 'id' })}
    union all select 'payments', count(*), min(p.created_at) from payments p where p.status = 'unknown' and ${scoped(actor, { table: 'p' })}
    union all select 'transfers', count(*), min(p.said_paid_at) from payments p where ${saidPaid} and ${scoped(actor, { table: 'p' })}
    union all select 'webhooks', count(*), min(w.received_at) from webhook_events w where w.handled_at is null
    union all select 'messages', count(*), min(m.created_at) from messages m where m.status = 'failed' and ${scoped(actor, { table: 'm' })}
    union all select 'accounts', count(*), min(e.found_at) from server_accounts e where e.kind <> 'agrees' and e.note is null and ${scoped(actor, { table: 'e', client: null })}
    union all select 'discrepancies', count(*), min(y.found_at) from discrepancies y where y.status = 'open' and ${scoped(actor, { table: 'y', client: null })}
    union all select 'plugin_requests', count(*), min(q.created_at) from plugin_requests q where q.status = 'waiting' and ${scoped(actor, { table: 'q' })}
    union all select 'plugin_grants', count(*), min(g.updated_at) from plugins g where g.asks is not null and exists (select 1 from plugin_instances j where j.plugin_id = g.id)
    union all select 'parked', count(*), min(k.parked_at) from parked_clients k join clients c on c.id = k.client_id where ${scoped(actor, { table: 'c', client: 'id' })}`)
}
