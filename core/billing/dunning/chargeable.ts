import { sql, type Sql } from '../../db/index.ts'
import { paymentsFor } from '../payments/under-way.ts'

/**
 * The condition that a document (i) may be charged to a method (m) by itself: the method was not refused for good, here
 * or anywhere, no bank waits for its holder to confirm, no other money may be on its way, no agreement at a gateway pays
 * for anything on it, and nothing on it is of a service that is not charged by itself.
 */
export const chargeable: Sql = sql`m.removed_at is null and m.refused_at is null
  and not exists (select 1 from payments d where d.invoice_id = i.id and d.method_id = m.id and d.status = 'declined' and d.retry <> 'later')
  and not exists (select 1 from payments p where ${paymentsFor(sql`i.id`)} and (p.status in ('created', 'pending', 'authorised', 'unknown') or (p.status = 'needs_client' and p.kind = 'saved_method')))
  and not exists (select 1 from invoice_lines l join agreements g on g.service_id = l.source_id where l.invoice_id = i.id and g.status = 'live')
  and not exists (select 1 from invoice_lines l join services s on s.id = l.source_id where l.invoice_id = i.id and s.auto_charge = 0)`
