import { sql } from '../../db/index.ts'
import type { Check } from './checks.ts'

/** What credit, payments and dunning owe. */
export const paymentChecks: readonly Check[] = [
  {
    name: 'document is charged by one attempt at a time',
    statement: () => sql`
      select invoice_id as id, cast(count(*) as text) || ' automatic attempts that may all bring money' as problem from payments
      where invoice_id is not null and kind = 'saved_method' and status in ('created', 'needs_client', 'pending', 'authorised', 'unknown')
      group by invoice_id having count(*) > 1 order by invoice_id`,
  },
  {
    name: 'document whose charge was declined has its dunning case',
    statement: () => sql`
      select p.invoice_id as id, 'declined without a case' as problem from payments p
      where p.kind = 'saved_method' and p.status = 'declined' and p.invoice_id is not null
      and not exists (select 1 from dunning_cases d where d.invoice_id = p.invoice_id) group by p.invoice_id order by p.invoice_id`,
  },
]
