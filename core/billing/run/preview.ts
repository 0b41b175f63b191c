import { sql, type Queries } from '../../db/index.ts'
import { addDays, maxDay, type IsoDate } from '../../kernel/index.ts'
import { scopedSettings, type Means } from '../../records/index.ts'
import type { AskMeans } from '../ask-remote-taxes.ts'
import type { BillableSource } from '../billable-source.ts'
import { TooFar } from '../errors.ts'
import { owedBetween, owedOn } from '../dunning/owed-on.ts'
import type { PlannedInvoice } from '../plan-invoice.ts'
import type { OverdueService } from '../ports.ts'
import type { BillingDeps } from './bill.ts'
import { LEAD, type LeadRules } from './due-window.ts'
import { nextClients } from './next-clients.ts'
import { ripeServices } from './overdue.ts'
import { OWING } from './owing-rules.ts'
import { planAhead } from './plan-ahead.ts'
import { previewLateFees } from './preview-late-fees.ts'
import { billedZones, ofBrands } from './zones.ts'

export interface PreviewInvoice {
  clientId: string
  clientName: string
  issuesOn: IsoDate
  dueOn: IsoDate
  currency: string
  netMinor: bigint
  taxMinor: bigint
  totalMinor: bigint
  lines: { description: string; amountMinor: bigint }[]
}

export interface Preview {
  untilOn: IsoDate
  invoices: PreviewInvoice[]
  /** Issued, unpaid documents that fall due in these days and whose client pays by a saved method. */
  charges: {
    id: string
    number: string
    dueOn: IsoDate
    currency: string
    totalMinor: bigint
    clientName: string
  }[]
  /** What will be charged on unpaid documents by then if nothing is paid. */
  lateFees: PreviewInvoice[]
  /** Services that will be suspended by then if nothing is paid. */
  suspensions: { id: string; label: string; clientId: string; clientName: string }[]
  problems: { clientId: string; reason: string }[]
}

export const PREVIEW_DAYS_MAX = 400
const CHUNK = 200

/**
 * What the next days will invoice, charge and suspend, with the late fees: the run's own planning without the commit, for each zone from its
 * own day on, or from the day that is asked for.
 */
export async function previewBilling(
  means: Means,
  { sources, services }: Pick<BillingDeps, 'sources' | 'services'>,
  query: { today?: IsoDate; days: number },
): Promise<Preview> {
  const { days } = query
  if (days > PREVIEW_DAYS_MAX) throw TooFar({ days, max: PREVIEW_DAYS_MAX })
  const zones = await billedZones(means.db)
  const rules = await scopedSettings(means.db, { ...LEAD, ...OWING })
  const todayIn = (zone: string) => query.today ?? means.business.today(zone)
  const lastDays = zones.map(({ zone }) => addDays(todayIn(zone), days))
  const preview: Preview = {
    untilOn: lastDays.reduce(maxDay, addDays(todayIn('UTC'), days)),
    invoices: [],
    charges: [],
    lateFees: [],
    suspensions: [],
    problems: [],
  }
  for (const { zone, brandIds } of zones) {
    const today = todayIn(zone)
    preview.charges.push(...(await dueCharges(means.db, { today, days, brandIds })))
    await addInvoices(means, sources, { preview, today, days, brandIds, rules })
    const fees = await previewLateFees(means, { today, days, brandIds, rules: rules.lateFee })
    preview.lateFees.push(...fees.map(shown))
    const last = { on: addDays(today, days), brandIds, rules }
    for await (const { suspend } of ripeServices(means.db, services, last))
      preview.suspensions.push(...suspend.map(suspended))
  }
  preview.invoices.sort(byDueDay)
  preview.lateFees.sort(byDueDay)
  return preview
}

interface Ahead {
  today: IsoDate
  days: number
  brandIds: readonly string[] | null
}

async function addInvoices(
  means: AskMeans,
  sources: readonly BillableSource[],
  { preview, ...query }: Ahead & { preview: Preview; rules: LeadRules },
): Promise<void> {
  const ahead = planAhead(means, query)
  for (let after = ''; ;) {
    const wanted = { window: ahead.window, after, limit: CHUNK, unparked: true }
    const { clientIds, sources: having } = await nextClients(means.db, sources, wanted)
    if (clientIds.length === 0) return
    const plan = await ahead.plan(having, clientIds)
    preview.invoices.push(...plan.invoices.map(shown))
    preview.problems.push(...plan.problems)
    if (clientIds.length < CHUNK) return
    after = clientIds.at(-1)!
  }
}

const suspended = ({ service_id: id, label, client_id, client_name }: OverdueService) => ({
  ...{ id, label, clientId: client_id, clientName: client_name },
})

export const byDueDay = (a: PreviewInvoice, b: PreviewInvoice): number =>
  a.dueOn < b.dueOn ? -1 : a.dueOn > b.dueOn ? 1 : 0

export function shown(invoice: PlannedInvoice): PreviewInvoice {
  const { draft, buyer } = invoice
  return {
    clientId: draft.clientId,
    clientName: buyer.company ?? buyer.name,
    issuesOn: invoice.issuedOn,
    dueOn: draft.dueOn,
    currency: draft.currency,
    netMinor: invoice.subtotalMinor,
    taxMinor: invoice.taxMinor,
    totalMinor: invoice.totalMinor,
    lines: invoice.lines.map((line) => ({ description: line.description, amountMinor: line.amountMinor })),
  }
}

/** Of a document that is paid in parts the one that is owed next. */
const nextPart = sql`coalesce((select t.amount_minor from instalments t join instalment_plans n on n.id = t.plan_id and n.status = 'active'
  where t.invoice_id = i.id and t.due_on = i.owed_on), i.total_minor)`

async function dueCharges(queries: Queries, { today, days, brandIds }: Ahead): Promise<Preview['charges']> {
  const rows = await queries.all<{
    id: string
    number: string
    due_on: IsoDate
    currency: string
    total_minor: bigint
    name: string
  }>(sql`
    select i.id, i.number, ${owedOn} as due_on, i.currency, ${nextPart} as total_minor, c.name from invoices i join clients c on c.id = i.client_id
    where i.status = 'issued' and i.kind = 'invoice' and ${owedBetween(today, addDays(today, days))} and c.auto_charge = 1
      and i.in_collections_at is null and i.suspected_at is null and ${ofBrands(sql`i.brand_id`, brandIds)}
      and exists (select 1 from payment_methods m where m.client_id = c.id and m.preferred = 1 and m.removed_at is null)
    order by ${owedOn}, i.id limit 500`)
  return rows.map((row) => ({
    id: row.id,
    number: row.number,
    dueOn: row.due_on,
    currency: row.currency,
    totalMinor: row.total_minor,
    clientName: row.name,
  }))
}
