import type { DraftInvoice, DraftLine } from '../billing/index.ts'
import { sql, type Queries, type Trx } from '../db/index.ts'
import { addDays, minDay, type Actor, type IsoDate } from '../kernel/index.ts'
import type { Means } from '../records/index.ts'
import { chargedOf } from './plan-change.ts'
import { discountOf } from './plan-periods.ts'
import type { ChangeMeans } from './ports.ts'
import { pricedFacts } from './priced-facts.ts'
import { chargedSpans, monthsOf, restOfSpan, restPrice, type Proration } from './prorate.ts'
import type { ServiceRow } from './rows.ts'
import type { UnusedValue } from './settings.ts'
import { termsOf } from './terms.ts'

export interface Unused {
  policy: UnusedValue
  lines: DraftLine[]
  /** As the brand states prices; below zero. */
  amountMinor: bigint
}

/** What of a service and its parts is paid and would be unused if they ended now, and what becomes of it. */
export async function planUnused(
  means: Pick<Means, 'business'>,
  queries: Queries,
  { services, cause }: { services: readonly ServiceRow[]; cause: string },
): Promise<Unused> {
  const [whole] = services
  const { unusedOnCancel: policy, proration: mode, pause } = await termsOf(queries, whole!)
  const lines: DraftLine[] = []
  if (policy !== 'none') {
    for (const service of services) {
      const how = { mode, zone: service.zone, at: means.business.now() }
      const today = means.business.today(service.zone)
      // Time that a pause keeps is unused from the day after it began.
      const kept = pause === 'stretch' && service.paused_on !== null ? addDays(service.paused_on, 1) : today
      lines.push(...(await unusedLines(queries, { service, how, cause }, minDay(kept, today))))
    }
  }
  return { policy, lines, amountMinor: lines.reduce((sum, line) => sum + line.amountMinor, 0n) }
}

interface Ending {
  service: ServiceRow
  how: Proration
  cause: string
}

/** What a cancellation drops from an unpaid renewal is not given back besides. */
async function unusedLines(queries: Queries, ending: Ending, today: IsoDate): Promise<DraftLine[]> {
  const { service, how, cause } = ending
  const charged = service.billing_status === 'pending' ? null : chargedOf(service)
  if (!charged) return []
  const untilOn = await firstUnpaid(queries, service, today)
  const { oldName, coupon } = await pricedFacts(queries, service)
  const whole = service.recurring_minor
  const price = coupon ? whole - discountOf(coupon, whole, service.currency) : whole
  return chargedSpans(charged, today)
    .filter(({ from }) => untilOn === null || from < untilOn)
    .map((span) => {
      const rest = restOfSpan(span, today, { how, months: monthsOf(service.cycle) })
      const amountMinor = -restPrice(price, rest)
      return {
        ...{ sourceId: service.id, kind: 'change' as const, cause: `${cause}:unused`, description: oldName },
        ...{ quantity: 1, unitMinor: amountMinor, amountMinor, taxClass: service.tax_class },
        ...{ periodStart: rest.fromOn, periodEnd: rest.endsOn },
        trace: {
          cancellation: cause,
          part: 'credit',
          price: service.price_id,
          of: price.toString(),
          days: rest.days,
          length: rest.length,
          proration: how.mode,
          coupon: coupon?.id ?? null,
          rounding: 'half up on the running total',
        },
      }
    })
    .filter(({ amountMinor }) => amountMinor !== 0n)
}

async function firstUnpaid(queries: Queries, { id }: ServiceRow, today: IsoDate): Promise<IsoDate | null> {
  const row = await queries.get<{ starts_on: IsoDate | null }>(sql`
    select min(l.period_start) as starts_on from invoice_lines l join invoices i on i.id = l.invoice_id
    where l.source_id = ${id} and l.kind = 'recurring' and i.status = 'issued' and i.origin = 'renewal'
      and l.period_start >= ${today}`)
  return row?.starts_on ?? null
}

/** Gives the unused value back once, by the policy of the product. Answers the credit note, when there is one. */
export async function returnUnused(
  means: ChangeMeans,
  trx: Trx,
  {
    services,
    cancellationId,
    reason,
  }: { services: readonly ServiceRow[]; cancellationId: string; reason: string },
  actor: Actor,
): Promise<{ id: string; totalMinor: bigint } | null> {
  const [whole] = services
  const { policy, lines, amountMinor } = await planUnused(means, trx, { services, cause: cancellationId })
  if (amountMinor >= 0n) return null
  const draft: DraftInvoice = {
    brandId: whole!.brand_id,
    clientId: whole!.client_id,
    currency: whole!.currency,
    origin: 'change',
    originId: cancellationId,
    dueOn: means.business.today(whole!.zone),
    lines,
  }
  const note = await means.changes.giveCredit(means, trx, draft, actor)
  const serviceIds = services.map(({ id }) => id)
  // What is still owed for these services is paid from it first; only the rest goes back.
  await means.changes.settleFromCredit(means, trx, { serviceIds, upToOn: draft.dueOn }, actor)
  if (policy === 'refund') {
    const refund = { noteId: note.id, serviceIds, reason, once: cancellationId }
    await means.changes.refundCredit(means, trx, refund, actor)
  }
  return note
}
