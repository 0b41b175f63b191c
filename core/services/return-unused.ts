import { asksAhead, notGivenBack, type DraftInvoice, type DraftLine } from '../billing/index.ts'
import { list, sql, type Queries, type Trx } from '../db/index.ts'
import { addDays, maxDay, minDay, type Actor, type IsoDate } from '../kernel/index.ts'
import type { Means } from '../records/index.ts'
import { chargedOf, couponIn } from './plan-change.ts'
import { lowered } from './plan-periods.ts'
import { moneyIn, type ChangeMeans } from './ports.ts'
import { pricedFactsOf, type PricedFacts } from './priced-facts.ts'
import {
  chargedSpans,
  monthsOf,
  restOfSpan,
  type Proration,
  type ProrationMode,
  type Rest,
} from './prorate.ts'
import type { ServiceRow } from './rows.ts'
import type { PausePolicy, UnusedValue } from './settings.ts'
import { termsOf } from './terms.ts'
import { unusedPrice } from './unused-price.ts'

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
  { whole, parts, cause }: { whole: ServiceRow; parts: () => Promise<readonly ServiceRow[]>; cause: string },
): Promise<Unused> {
  const { unusedOnCancel: policy, proration: mode, pause } = await termsOf(queries, whole)
  if (policy === 'none') return { policy, lines: [], amountMinor: 0n }
  const services = [whole, ...(await parts())]
  const lines = await unusedLines(means, queries, { services, mode, pause, cause })
  return { policy, lines, amountMinor: lines.reduce((sum, line) => sum + line.amountMinor, 0n) }
}

interface Ending {
  services: readonly ServiceRow[]
  mode: ProrationMode
  pause: PausePolicy
  cause: string
}

/** Services that are paid for and charged by period, in two statements. */
async function unusedLines(
  means: Pick<Means, 'business'>,
  queries: Queries,
  { services, mode, pause, cause }: Ending,
): Promise<DraftLine[]> {
  const paused = services.flatMap(({ paused_on: on }) => on ?? [])
  const since = [...paused, ...services.map(({ zone }) => means.business.today(zone))].reduce(minDay)
  const facts = await pricedFactsOf(queries, services, since)
  const unpaid = await firstUnpaid(queries, services, means)
  return services
    .filter(({ billing_status: status }) => status !== 'pending')
    .flatMap((service) => {
      const today = means.business.today(service.zone)
      // Time that a pause keeps is unused from the day after it began.
      const kept = pause === 'stretch' && service.paused_on !== null ? addDays(service.paused_on, 1) : today
      // Days that were used are not given back, also where a change counts the whole period anew.
      const measured = mode === 'full' ? 'day' : mode
      const how = { mode: measured, zone: service.zone, at: means.business.now() }
      const unusedOn = minDay(kept, today)
      // What its former client has paid is used up, and given back to nobody.
      const own = facts(service.id)
      const fromOn = maxDay(unusedOn, own.paidByAnother?.untilOn ?? unusedOn)
      const of = { facts: own, how, cause, fromOn }
      return linesOf(service, { ...of, untilOn: unpaid.get(service.id) ?? null })
    })
}

interface UnusedOf {
  facts: PricedFacts
  how: Proration
  cause: string
  fromOn: IsoDate
  /** What a cancellation drops from an unpaid renewal is not given back besides. */
  untilOn: IsoDate | null
}

function linesOf(service: ServiceRow, { facts, how, cause, fromOn, untilOn }: UnusedOf): DraftLine[] {
  const charged = chargedOf(service)
  if (!charged) return []
  const { oldName } = facts
  const measure = { how, months: monthsOf(service.cycle) }
  return chargedSpans(charged, fromOn)
    .filter(({ from }) => untilOn === null || from < untilOn)
    .map((span) => {
      const rest = restOfSpan(span, fromOn, measure)
      const by = facts.loweredIn(span)
      const charged = lowered(service.recurring_minor, by)
      const unused = unusedPrice(charged, rest, facts.leftOf(rest))
      const [price, amountMinor] = [unused.price, -unused.amountMinor]
      return {
        ...{ sourceId: service.id, kind: 'change' as const, cause: `${cause}:unused`, description: oldName },
        ...{ quantity: 1, unitMinor: amountMinor, amountMinor, taxClass: service.tax_class },
        untaxedPrice: service.untaxed_price,
        ...{ periodStart: rest.fromOn, periodEnd: rest.endsOn },
        trace: traceOf(rest, {
          service,
          cause,
          price,
          why: unused.why,
          coupon: couponIn(by),
          mode: how.mode,
        }),
      }
    })
    .filter(({ amountMinor }) => amountMinor !== 0n)
}

interface Traced {
  service: ServiceRow
  cause: string
  price: bigint
  why: { credited?: string }
  coupon: string | null
  mode: ProrationMode
}

const traceOf = (rest: Rest, { service, cause, price, why, coupon, mode }: Traced): DraftLine['trace'] => ({
  ...{ cancellation: cause, part: 'credit', price: service.price_id, of: price.toString(), ...why },
  ...{ days: rest.days, length: rest.length, proration: mode, coupon },
  ...(rest.unit === 'second' ? { unit: 'second' } : {}),
  rounding: 'half up on the running total',
})

async function firstUnpaid(
  queries: Queries,
  services: readonly ServiceRow[],
  means: Pick<Means, 'business'>,
): Promise<Map<string, IsoDate>> {
  const today = means.business.today(services[0]!.zone)
  const rows = await queries.all<{ id: string; starts_on: IsoDate }>(sql`
    select l.source_id as id, min(l.period_start) as starts_on from invoice_lines l join invoices i on i.id = l.invoice_id join charges c on c.id = l.charge_id
    where ${notGivenBack} and l.source_id in (${list(services.map(({ id }) => id))}) and l.kind = 'recurring' and i.status = 'issued'
      and ${asksAhead} and l.period_start >= ${today} group by l.source_id`)
  return new Map(rows.map((row) => [row.id, row.starts_on]))
}

/** The document that gives it back. */
export function unusedDraft(
  means: Pick<Means, 'business'>,
  whole: ServiceRow,
  { cause, lines }: { cause: string; lines: readonly DraftLine[] },
): DraftInvoice {
  const { brand_id: brandId, client_id: clientId, currency, zone } = whole
  const of = { brandId, clientId, currency, origin: 'change', originId: cause } as const
  return { ...of, dueOn: means.business.today(zone), lines }
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
  const [whole, ...parts] = services
  const serviceIds = services.map(({ id }) => id)
  await means.changes.lockCharged(trx, serviceIds)
  const ending = { whole: whole!, parts: () => Promise.resolve(parts), cause: cancellationId }
  const { policy, lines, amountMinor } = await planUnused(means, trx, ending)
  if (amountMinor >= 0n) return null
  const draft = unusedDraft(means, whole!, { cause: cancellationId, lines })
  const note = await means.changes.giveCredit(means, trx, draft, actor)
  // What is still owed for these services is paid from it first; only the rest goes back.
  await means.changes.settleFromCredit(means, trx, { serviceIds, upToOn: draft.dueOn }, actor)
  if (policy === 'refund') {
    const refund = { noteId: note.id, mostMinor: moneyIn(note), serviceIds, reason, once: cancellationId }
    await means.changes.refundCredit(means, trx, refund, actor)
  }
  return note
}
