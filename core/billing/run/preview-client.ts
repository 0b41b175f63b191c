import { addDays, type IsoDate } from '../../kernel/index.ts'
import { scopedSettings } from '../../records/index.ts'
import type { AskMeans } from '../ask-remote-taxes.ts'
import type { BillableSource } from '../billable-source.ts'
import { LEAD } from './due-window.ts'
import { byDueDay, shown, type PreviewInvoice } from './preview.ts'
import { planAhead } from './plan-ahead.ts'

/**
 * What falls due for one client in the next days, by the planning of the run itself. Documents that would be issued but
 * fall due later are left out. Answers none while a plan has a problem: staff see it in the parked list.
 */
export async function previewClient(
  means: AskMeans,
  sources: readonly BillableSource[],
  query: { clientId: string; today: IsoDate; days: number },
): Promise<PreviewInvoice[]> {
  const { today, days, clientId } = query
  const ahead = planAhead(means, { today, days, brandIds: null, rules: await scopedSettings(means.db, LEAD) })
  const plan = await ahead.plan(sources, [clientId])
  return plan.invoices
    .filter(({ draft }) => draft.dueOn <= addDays(today, days))
    .map(shown)
    .sort(byDueDay)
}
