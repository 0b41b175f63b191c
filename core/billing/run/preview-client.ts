import type { Queries } from '../../db/index.ts'
import { addDays, type IsoDate } from '../../kernel/index.ts'
import { readSetting } from '../../records/index.ts'
import type { BillableSource } from '../billable-source.ts'
import { leadDays } from '../settings.ts'
import { planChunk } from './plan-chunk.ts'
import { shown, type PreviewInvoice } from './preview.ts'

/**
 * What falls due for one client in the next days, by the planning of the run itself. Documents that would be issued but
 * fall due later are left out. Answers none while a plan has a problem: staff see it in the parked list.
 */
export async function previewClient(
  queries: Queries,
  sources: readonly BillableSource[],
  query: { clientId: string; today: IsoDate; days: number },
): Promise<PreviewInvoice[]> {
  const lead = await readSetting(queries, leadDays)
  const window = { untilOn: addDays(query.today, query.days) }
  const clientIds = [query.clientId]
  const plan = await planChunk(queries, { sources, clientIds, window, issuedOn: query.today })
  return plan.invoices
    .map((invoice) => shown(invoice, lead, query.today))
    .sort((a, b) => (a.dueOn < b.dueOn ? -1 : a.dueOn > b.dueOn ? 1 : 0))
}
