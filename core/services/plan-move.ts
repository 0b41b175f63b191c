import type { DraftLine } from '../billing/index.ts'
import { periodStart, startOfDay, type IsoDate } from '../kernel/index.ts'
import { chargedOf, type NewDays } from './plan-change.ts'
import { lowered, netOf, type Coupon } from './plan-periods.ts'
import type { PricedFacts } from './priced-facts.ts'
import {
  chargedSpans,
  monthsOf,
  restOfSpan,
  restPrice,
  type ProrationMode,
  type Rest,
  type Span,
} from './prorate.ts'
import type { ServiceRow } from './rows.ts'
import { unusedPrice, type UnusedPrice } from './unused-price.ts'

/** "charge" takes the price of the days between, or gives it back; "free" gives them away. */
export type MoveEffect = 'charge' | 'free'

export interface MoveFacts {
  service: ServiceRow
  name: string
  today: IsoDate
  /** Where the next period shall begin, and all after it. */
  toOn: IsoDate
  effect: MoveEffect
  mode: ProrationMode
  loweredIn: PricedFacts['loweredIn']
  leftOf: PricedFacts['leftOf']
  /** Lowers the period that comes next. */
  nextCoupon?: Coupon | undefined
  changeId: string
}

export interface MovePlan {
  lines: DraftLine[]
  /** Before tax; negative when the client gets something back. */
  totalMinor: bigint
  days: NewDays
}

/**
 * The next period of a service begins on another day, and all later ones count from it. Days that come to it cost their
 * part of the periods that would end there; days that it loses are given back as they were charged. Null for a service
 * without periods, and where nothing moves.
 */
export function planMove(facts: MoveFacts): MovePlan | null {
  const { service, toOn, today } = facts
  const charged = chargedOf(service)
  const fromOn = service.charged_through
  if (!charged || fromOn === null || fromOn === toOn) return null
  const spans = chargedSpans(charged, today)
  return toOn > fromOn ? later(facts, fromOn, spans) : earlier(facts, spans)
}

function later(facts: MoveFacts, fromOn: IsoDate, spans: readonly Span[]): MovePlan {
  const { service, toOn, effect, mode } = facts
  const added = effect === 'free' || mode === 'none' ? [] : spansUpTo(facts, fromOn)
  const measure = { how: wholeDays(facts, fromOn), months: monthsOf(service.cycle) }
  const price = netOf(service.recurring_minor, service.currency, { coupon: facts.nextCoupon })
  const lines = added
    .map((span) => {
      const rest = restOfSpan(span, span.from, measure)
      return lineOf(facts, rest, { part: 'charge', price, amountMinor: restPrice(price, rest), why: {} })
    })
    .filter(({ amountMinor }) => amountMinor !== 0n)
  return { lines, totalMinor: sum(lines), days: { ...daysFrom(toOn), spans: [...spans, ...added] } }
}

/** The days before the new start as parts of the periods that would end there, oldest first. */
function spansUpTo({ service, toOn }: MoveFacts, fromOn: IsoDate): Span[] {
  const spans: Span[] = []
  for (let n = -1, baseTo = toOn; baseTo > fromOn; n--) {
    const baseFrom = periodStart(toOn, service.cycle, n)
    spans.unshift({ from: baseFrom > fromOn ? baseFrom : fromOn, to: baseTo, baseFrom, baseTo })
    baseTo = baseFrom
  }
  return spans
}

function earlier(facts: MoveFacts, spans: readonly Span[]): MovePlan {
  const { service, toOn } = facts
  const measure = { how: wholeDays(facts, toOn), months: monthsOf(service.cycle) }
  const gift = (span: Span) => {
    const rest = restOfSpan(span, toOn, measure)
    const charged = lowered(service.recurring_minor, facts.loweredIn(span))
    return lineOf(facts, rest, { part: 'credit', ...unusedPrice(charged, rest, facts.leftOf(rest)) })
  }
  const lines = spans
    .filter(({ to }) => to > toOn)
    .map(gift)
    .filter(({ amountMinor }) => amountMinor !== 0n)
  const kept = spans
    .filter(({ from }) => from < toOn)
    .map((span) => ({ ...span, to: span.to < toOn ? span.to : toOn }))
  return { lines, totalMinor: sum(lines), days: { ...daysFrom(toOn), spans: kept } }
}

const daysFrom = (toOn: IsoDate) => ({ anchorOn: toOn, periodIndex: 0, chargedThrough: toOn })

/** Whole days move, whatever the product says of the hours within one; days that are taken away are always given back. */
function wholeDays({ service, mode }: MoveFacts, on: IsoDate) {
  const kept = mode === 'second' || mode === 'fixed_30' ? mode : 'day'
  return { mode: kept, zone: service.zone, at: startOfDay(service.zone, on) } as const
}

function lineOf(
  facts: MoveFacts,
  rest: Rest,
  { part, price, amountMinor: sizeMinor, why }: UnusedPrice & { part: 'charge' | 'credit' },
): DraftLine {
  const { service, changeId, mode } = facts
  const amountMinor = part === 'charge' ? sizeMinor : -sizeMinor
  return {
    ...{ sourceId: service.id, kind: part === 'charge' ? 'recurring' : 'change' },
    ...{ cause: `${changeId}:${part}`, description: facts.name, quantity: 1 },
    ...{ unitMinor: amountMinor, amountMinor, taxClass: service.tax_class },
    untaxedPrice: service.untaxed_price,
    ...{ periodStart: rest.fromOn, periodEnd: rest.endsOn },
    trace: {
      change: changeId,
      part,
      price: service.price_id,
      of: price.toString(),
      ...why,
      days: rest.days,
      length: rest.length,
      ...(rest.unit === 'second' ? { unit: 'second' } : {}),
      proration: mode,
      rounding: 'half up on the running total',
    },
  }
}

const sum = (lines: readonly DraftLine[]): bigint =>
  lines.reduce((total, { amountMinor }) => total + amountMinor, 0n)
