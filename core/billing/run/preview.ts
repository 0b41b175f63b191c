import { sql, type Queries } from '../../db/index.ts'
import { addDays, type IsoDate } from '../../kernel/index.ts'
import { readSetting, type Means } from '../../records/index.ts'
import { TooFar } from '../errors.ts'
import type { PlannedInvoice } from '../plan-invoice.ts'
import { leadDays } from '../settings.ts'
import { ripeServices } from './overdue.ts'
import type { BillingDeps } from './bill.ts'
import { planChunk } from './plan-chunk.ts'
import { withoutParked } from './run-renewals.ts'

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
  /** Services that will be suspended by then if nothing is paid. */
  suspensions: string[]
  problems: { clientId: string; reason: string }[]
}

const DAYS_MAX = 400
const CHUNK = 200

/** What the next days will invoice, charge and suspend: the run's own planning without the commit. */
export async function previewBilling(
  means: Means,
  { sources, services }: Pick<BillingDeps, 'sources' | 'services'>,
  query: { today: IsoDate; days: number },
): Promise<Preview> {
  if (query.days > DAYS_MAX) throw TooFar({ days: query.days, max: DAYS_MAX })
  const lead = await readSetting(means.db, leadDays)
  const untilOn = addDays(query.today, query.days)
  const horizon = addDays(untilOn, lead)
  const preview: Preview = {
    untilOn,
    invoices: [],
    charges: await dueCharges(means.db, query.today, untilOn),
    suspensions: [],
    problems: [],
  }
  for (let after = ''; ;) {
    const ids = new Set<string>()
    for (const source of sources)
      for (const id of await source.dueClients(means.db, {
        untilOn: horizon,
        afterClientId: after,
        limit: CHUNK,
      }))
        ids.add(id)
    const clientIds = [...ids].sort().slice(0, CHUNK)
    if (clientIds.length === 0) break
    const billable = await withoutParked(means.db, clientIds)
    const plan = await planChunk(means.db, {
      sources,
      clientIds: billable,
      window: { untilOn: horizon },
      issuedOn: query.today,
    })
    preview.invoices.push(...plan.invoices.map((invoice) => shown(invoice, lead, query.today)))
    preview.problems.push(...plan.problems)
    after = clientIds.at(-1)!
  }
  preview.invoices.sort((a, b) => (a.dueOn < b.dueOn ? -1 : a.dueOn > b.dueOn ? 1 : 0))
  for await (const batch of ripeServices(means.db, services, { on: untilOn, brandIds: null }))
    preview.suspensions.push(...batch.suspend)
  return preview
}

export function shown(invoice: PlannedInvoice, lead: number, today: IsoDate): PreviewInvoice {
  const { draft, buyer } = invoice
  const issuesOn = addDays(draft.dueOn, -lead)
  return {
    clientId: draft.clientId,
    clientName: buyer.company ?? buyer.name,
    issuesOn: issuesOn < today ? today : issuesOn,
    dueOn: draft.dueOn,
    currency: draft.currency,
    netMinor: invoice.subtotalMinor,
    taxMinor: invoice.taxMinor,
    totalMinor: invoice.totalMinor,
    lines: invoice.lines.map((line) => ({ description: line.description, amountMinor: line.amountMinor })),
  }
}

async function dueCharges(queries: Queries, from: IsoDate, to: IsoDate): Promise<Preview['charges']> {
  const rows = await queries.all<{
    id: string
    number: string
    due_on: IsoDate
    currency: string
    total_minor: bigint
    name: string
  }>(sql`
    select i.id, i.number, i.due_on, i.currency, i.total_minor, c.name from invoices i join clients c on c.id = i.client_id
    where i.status = 'issued' and i.kind = 'invoice' and i.due_on between ${from} and ${to} and c.auto_charge = 1
      and exists (select 1 from payment_methods m where m.client_id = c.id and m.preferred = 1 and m.removed_at is null)
    order by i.due_on, i.id limit 500`)
  return rows.map((row) => ({
    id: row.id,
    number: row.number,
    dueOn: row.due_on,
    currency: row.currency,
    totalMinor: row.total_minor,
    clientName: row.name,
  }))
}
