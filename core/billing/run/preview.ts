import { addDays, maxDay, type IsoDate } from '../../kernel/index.ts'
import { scopedSettings, type Means } from '../../records/index.ts'
import { TooFar } from '../errors.ts'
import type { PlannedInvoice } from '../plan-invoice.ts'
import type { BillingDeps } from './bill.ts'
import type { AskedAhead } from './dunning-ahead.ts'
import type { MailAhead } from './mails-ahead.ts'
import { AHEAD, previewZone, type Found } from './preview-zone.ts'
import type { ServiceAct } from './sanctions-ahead.ts'
import { brandsInOrder, zonesOfBrands, type BilledZone } from './zones.ts'

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

/** What daily runs will do up to a day, as long as nobody pays and no charge brings money. */
export interface Preview {
  untilOn: IsoDate
  /** Brands that may be asked for. */
  brands: { id: string; name: string }[]
  invoices: PreviewInvoice[]
  /** Charges of saved methods: on the due day and on the days of the retry plan. */
  charges: AskedAhead[]
  lateFees: PreviewInvoice[]
  suspensions: ServiceAct[]
  terminations: ServiceAct[]
  /** What was cancelled, or sold for a time. */
  endings: ServiceAct[]
  mails: MailAhead[]
  problems: { clientId: string; reason: string }[]
}

export interface PreviewQuery {
  today?: IsoDate
  days: number
  /** Absent: all brands. */
  brandIds?: readonly string[] | undefined
  /** Those that the reader may see at all; absent: all. */
  ownBrandIds?: readonly string[] | undefined
  /** Absent: every client. */
  clientId?: string | undefined
}

export const PREVIEW_DAYS_MAX = 400

/**
 * What the next days will bring for one client, some brands or all: the planning and the statements of the run without
 * the commit, for each zone from its own day on, or from the day that is asked for.
 */
export async function previewBilling(
  means: Means,
  deps: Pick<BillingDeps, 'sources' | 'services'>,
  query: PreviewQuery,
): Promise<Preview> {
  const { days, clientId } = query
  if (days > PREVIEW_DAYS_MAX) throw TooFar({ days, max: PREVIEW_DAYS_MAX })
  const todayIn = (zone: string) => query.today ?? means.business.today(zone)
  const rules = await scopedSettings(means.db, AHEAD)
  const brands = await brandsInOrder(means.db)
  const preview: Preview = {
    untilOn: addDays(todayIn('UTC'), days),
    brands: brands
      .filter(({ id }) => query.ownBrandIds?.includes(id) ?? true)
      .map(({ id, name }) => ({ id, name })),
    ...{ invoices: [], charges: [], lateFees: [], suspensions: [], terminations: [], endings: [] },
    ...{ mails: [], problems: [] },
  }
  for (const { zone, brandIds } of zonesOf(zonesOfBrands(brands), query.brandIds ?? query.ownBrandIds)) {
    const today = todayIn(zone)
    const until = addDays(today, days)
    preview.untilOn = maxDay(preview.untilOn, until)
    const ahead = previewZone(means, deps, { today, days, brandIds, rules, clientId })
    for await (const found of ahead) add(preview, found)
  }
  return inOrder(preview)
}

/** Of the zones those with brands that are asked for. */
function zonesOf(zones: readonly BilledZone[], wanted: readonly string[] | undefined): BilledZone[] {
  if (!wanted) return [...zones]
  return zones
    .map(({ zone, brandIds }) => ({
      zone,
      brandIds: brandIds === null ? wanted : wanted.filter((id) => brandIds.includes(id)),
    }))
    .filter(({ brandIds }) => brandIds.length > 0)
}

function add(preview: Preview, found: Found): void {
  preview.invoices.push(...found.invoices.map(shown))
  preview.lateFees.push(...found.lateFees.map(shown))
  preview.charges.push(...found.charges)
  preview.suspensions.push(...found.suspensions)
  preview.terminations.push(...found.terminations)
  preview.endings.push(...found.endings)
  preview.mails.push(...found.mails)
  preview.problems.push(...found.problems)
}

function inOrder(preview: Preview): Preview {
  preview.invoices.sort(byDueDay)
  preview.lateFees.sort(byDueDay)
  for (const acts of [
    preview.charges,
    preview.suspensions,
    preview.terminations,
    preview.endings,
    preview.mails,
  ])
    acts.sort((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : 0))
  return preview
}

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
