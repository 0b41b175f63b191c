import { list, sql, type Queries } from '../../db/index.ts'
import type { IsoDate } from '../../kernel/index.ts'

/**
 * How many periods of each item the run of a day has charged already: a day that is run again goes on counting, so that
 * its books do not depend on how often it is run. What a cancellation dropped since does not count; what was charged for a
 * missed day counts, whatever later day its document had to be given.
 */
export async function takenOn(
  queries: Queries,
  { on, clientIds }: { on: IsoDate; clientIds: readonly string[] },
): Promise<Map<string, number>> {
  if (clientIds.length === 0) return new Map()
  const rows = await queries.all<{ source_id: string; period_start: IsoDate }>(sql`
    select c.source_id, c.period_start from invoices i join invoice_lines l on l.invoice_id = i.id join charges c on c.id = l.charge_id
    where i.client_id in (${list(clientIds)}) and i.issued_on >= ${on} and i.kind = 'invoice' and i.origin in ('renewal', 'billable')
      and c.cause not like 'dropped/%' and not exists (select 1 from carried_lines w where w.charge_id = c.id)
    union
    select c.source_id, c.period_start from carried_lines w join charges c on c.id = w.charge_id
    where w.client_id in (${list(clientIds)}) and w.carried_on = ${on}`)
  const taken = new Map<string, number>()
  for (const { source_id: id } of rows) taken.set(id, (taken.get(id) ?? 0) + 1)
  return taken
}
