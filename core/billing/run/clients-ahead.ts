import { sql } from '../../db/index.ts'
import { addDays, type IsoDate } from '../../kernel/index.ts'
import type { BillableSource } from '../billable-source.ts'
import { isExpiring } from '../dunning/remind-expiring.ts'
import type { BilledDay, OverdueServices } from '../ports.ts'
import { ofBrands } from './zones.ts'

/** Names clients who have something other than an invoice ahead of them: it brings nothing to invoice itself. */
export const clientsWithActs = (
  services: OverdueServices,
  { today, on, brandIds, expiry }: BilledDay & { today: IsoDate; expiry: number },
): BillableSource => ({
  name: 'acts',
  dueClients: () => [
    sql`select i.client_id from invoices i where i.status = 'issued' and i.kind = 'invoice' and ${ofBrands(sql`i.brand_id`, brandIds)}`,
    sql`select m.client_id from payment_methods m join clients c on c.id = m.client_id
      where ${isExpiring({ from: today, until: addDays(on, expiry) })} and ${ofBrands(sql`c.brand_id`, brandIds)}`,
    ...services.clientsAhead({ on, brandIds }),
  ],
  dueItems: () => Promise.resolve([]),
  advance: () => Promise.resolve(),
})
