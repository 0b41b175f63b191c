import { addDays, type IsoDate } from '../../kernel/index.ts'
import { scopedSettings } from '../../records/index.ts'
import type { AskMeans } from '../ask-remote-taxes.ts'
import type { BillableSource } from '../billable-source.ts'
import { TAX_OPERATIONS } from '../determine-taxes.ts'
import { LINES } from '../shape-lines.ts'
import { LEAD } from './due-window.ts'
import { byDueDay, shown, type PreviewInvoice } from './preview.ts'
import { planAhead } from './plan-ahead.ts'

interface Query {
  clientId: string
  today: IsoDate
  days: number
}

/**
 * What falls due for one client in the next days, by the planning of the run itself. Documents that would be issued but
 * fall due later are left out. Answers none while a plan has a problem: staff see it in the parked list. Pages that read
 * what is kept get the same answer until anything is committed, unless a plugin has a word in it.
 */
export function previewClient(
  means: AskMeans,
  sources: readonly BillableSource[],
  query: Query,
): Promise<readonly PreviewInvoice[]> {
  const preview = () => previewNow(means, sources, query)
  const { remember } = means.db
  if (!remember || asksPlugins(means)) return preview()
  return remember(sources, `preview ${query.clientId} ${query.today} ${query.days}`, preview)
}

/** What they say is theirs to change at any time. */
const asksPlugins = ({ hooks }: AskMeans): boolean =>
  hooks.listens(LINES) || TAX_OPERATIONS.some((operation) => hooks.offering(operation).length > 0)

async function previewNow(
  means: AskMeans,
  sources: readonly BillableSource[],
  query: Query,
): Promise<PreviewInvoice[]> {
  const { today, days, clientId } = query
  const ahead = planAhead(means, { today, days, brandIds: null, rules: await scopedSettings(means.db, LEAD) })
  const plan = await ahead.plan(sources, [clientId])
  return plan.invoices
    .filter(({ draft }) => draft.dueOn <= addDays(today, days))
    .map(shown)
    .sort(byDueDay)
}
