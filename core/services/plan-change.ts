import type { DraftLine } from '../billing/index.ts'
import { periodStart, recurs, type IsoDate } from '../kernel/index.ts'
import { lowered, netOf } from './plan-periods.ts'
import type { Lowering, PricedFacts } from './priced-facts.ts'
import type { Offer } from './ports.ts'
import {
  chargedRests,
  chargedSpans,
  restPrice,
  spansOf,
  type Proration,
  type Rest,
  type Span,
} from './prorate.ts'
import type { ServiceRow } from './rows.ts'

export interface ChangeFacts extends Omit<PricedFacts, 'terms'> {
  service: ServiceRow
  offer: Offer
  onDay: IsoDate
  how: Proration
  changeId: string
}

/** Billing days after the change; they stay as they are when the cycle stays. */
export interface NewDays {
  anchorOn: IsoDate
  periodIndex: number
  chargedThrough: IsoDate
  spans: readonly Span[]
  /** What lowers the period that begins: each counts one of its periods. Absent in changes of before. */
  counts?: { coupon: boolean; discounts: readonly string[] }
}

export interface ChangePlan {
  lines: DraftLine[]
  /** Before tax; negative when the client gets something back. */
  totalMinor: bigint
  creditMinor: bigint
  chargeMinor: bigint
  days: NewDays | null
}

/**
 * Credit for what is charged and unused, charge for the same time at the new price. A new cycle begins a period today,
 * or where the charged time ends when a period that has begun counts as used up.
 */
export function planChange(facts: ChangeFacts): ChangePlan {
  const { service, offer, onDay } = facts
  const sameCycle = offer.cycle === service.cycle
  const rests = restsOf(facts, sameCycle)
  const days = sameCycle ? null : newDays(facts)
  const begins = days !== null && days.periodIndex > 0
  const charged = sameCycle ? rests : begins ? [fullRest(onDay, days.chargedThrough)] : []
  const credits = rests.map((rest) => creditLine(facts, rest))
  const charges = charged.map((rest) => chargeLine(facts, rest))
  const lines = [...credits, ...charges].filter((line) => line.amountMinor !== 0n)
  const creditMinor = sum(credits)
  const chargeMinor = sum(charges)
  return { lines, totalMinor: creditMinor + chargeMinor, creditMinor, chargeMinor, days }
}

/** A new cycle begins with a day, so what it replaces is measured by days too. */
function restsOf({ service, onDay, how }: ChangeFacts, sameCycle: boolean): Rest[] {
  const charged = chargedOf(service)
  if (!charged) return []
  return chargedRests(charged, onDay, how.mode === 'second' && !sameCycle ? { ...how, mode: 'day' } : how)
}

/** Null for what is not charged by period. */
export function chargedOf(service: ServiceRow) {
  if (service.anchor_on === null || !recurs(service.cycle)) return null
  const { anchor_on: anchorOn, cycle, period_index: periodIndex } = service
  return { anchorOn, cycle, periodIndex, spans: spansOf(service) }
}

function newDays(facts: ChangeFacts): NewDays | null {
  const { service, offer, onDay, how } = facts
  if (!recurs(offer.cycle)) return null
  const charged = chargedOf(service)
  const through = service.charged_through
  if (how.mode === 'none' && charged && through !== null && through > onDay)
    return {
      anchorOn: through,
      periodIndex: 0,
      chargedThrough: through,
      spans: chargedSpans(charged, onDay),
    }
  const { coupon, further } = facts.lasting
  return {
    ...{ anchorOn: onDay, periodIndex: 1, chargedThrough: periodStart(onDay, offer.cycle, 1), spans: [] },
    counts: { coupon: coupon !== undefined, discounts: further.map(({ id }) => id) },
  }
}

function fullRest(startsOn: IsoDate, endsOn: IsoDate): Rest {
  return { startsOn, endsOn, fromOn: startsOn, days: 1, length: 1, offset: 0, unit: 'day' }
}

function creditLine(facts: ChangeFacts, rest: Rest): DraftLine {
  const by = loweredIn(facts, rest)
  const price = lowered(facts.service.recurring_minor, by)
  const side = { part: 'credit', name: facts.oldName, price, coupon: couponIn(by) } as const
  return line(facts, rest, { ...side, amount: -restPrice(price, rest) })
}

/** A period of a new cycle is not the one that was lowered: only what lasts lowers it too. */
function chargeLine(facts: ChangeFacts, rest: Rest): DraftLine {
  const { offer, service, lasting } = facts
  const by = offer.cycle === service.cycle ? loweredIn(facts, rest) : null
  const price = by
    ? lowered(offer.recurringMinor, by)
    : netOf(offer.recurringMinor, service.currency, lasting)
  const coupon = by ? couponIn(by) : (lasting.coupon?.id ?? null)
  return line(facts, rest, {
    part: 'charge',
    name: offer.name,
    price,
    coupon,
    amount: restPrice(price, rest),
  })
}

const loweredIn = (facts: ChangeFacts, { startsOn: from, endsOn: to }: Rest): readonly Lowering[] =>
  facts.loweredIn({ from, to })

export const couponIn = (by: readonly Lowering[]): string | null =>
  by.find(({ cause }) => cause === 'coupon')?.cause_id ?? null

interface Side {
  part: 'credit' | 'charge'
  name: string
  price: bigint
  coupon: string | null
  amount: bigint
}

/** The cause makes each side of a change one charge: asked for twice, it is charged once. */
function line(facts: ChangeFacts, rest: Rest, side: Side): DraftLine {
  const { service, offer, changeId } = facts
  return {
    sourceId: service.id,
    kind: 'change',
    cause: `${changeId}:${side.part}`,
    description: side.name,
    quantity: 1,
    unitMinor: side.amount,
    amountMinor: side.amount,
    taxClass: side.part === 'credit' ? service.tax_class : offer.taxClass,
    periodStart: rest.fromOn,
    periodEnd: rest.endsOn,
    trace: {
      change: changeId,
      part: side.part,
      refers_to: `${service.id} ${rest.startsOn}`,
      price: side.part === 'credit' ? service.price_id : offer.priceId,
      of: side.price.toString(),
      days: rest.days,
      length: rest.length,
      ...(rest.unit === 'second' ? { unit: 'second' } : {}),
      ...(facts.how.mode === 'day' ? {} : { proration: facts.how.mode }),
      coupon: side.coupon,
      rounding: 'half up on the running total',
    },
  }
}

const sum = (lines: readonly DraftLine[]): bigint =>
  lines.reduce((total, { amountMinor }) => total + amountMinor, 0n)
