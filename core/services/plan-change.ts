import type { DraftLine } from '../billing/index.ts'
import { recurs, type IsoDate } from '../kernel/index.ts'
import { beginCycle, type BegunCycle } from './begin-cycle.ts'
import { lowered, netOf } from './plan-periods.ts'
import { NONE_RETURNED, type Lowering, type PricedFacts, type Returned } from './priced-facts.ts'
import type { Offer } from './ports.ts'
import { chargedRests, restPrice, spansOf, type Proration, type Rest, type Span } from './prorate.ts'
import type { ServiceRow } from './rows.ts'
import { unusedPrice } from './unused-price.ts'

export interface ChangeFacts extends Omit<PricedFacts, 'terms' | 'paidByAnother'> {
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
  /** The first day of the new cycle, where that is not its anchor. */
  beginsOn?: IsoDate
  /** Periods that the fixed term still has; absent where there is none. */
  left?: number
  /** What lowers the period that begins: each counts one of its periods. Absent in changes of before. */
  counts?: { coupon: boolean; discounts: readonly string[] }
  /** What lowered periods that were charged ahead and are given back: they are no longer used. */
  returned?: Returned
}

export interface ChangePlan {
  lines: DraftLine[]
  /** Before tax; negative when the client gets something back. */
  totalMinor: bigint
  creditMinor: bigint
  chargeMinor: bigint
  days: NewDays | null
}

/** Credit for what is charged and unused, charge for the same time at the new price, or for the new cycle that begins. */
export function planChange(given: ChangeFacts): ChangePlan {
  const { service, offer } = given
  const sameCycle = offer.cycle === service.cycle
  const facts = sameCycle ? given : { ...given, how: byDays(given.how) }
  const begun = sameCycle || !recurs(offer.cycle) ? null : begunIn(facts)
  const rests = begun?.isKept ? [] : restsOf(facts)
  const charged = sameCycle ? rests : begun?.first ? [begun.first] : []
  const returned = begun ? returnedIn(facts, rests) : NONE_RETURNED
  const credits = rests.map((rest) => creditLine(facts, rest))
  const charges = charged.map((rest) => chargeLine(facts, rest, returned))
  const lines = [...credits, ...charges].filter((line) => line.amountMinor !== 0n)
  const creditMinor = sum(credits)
  const chargeMinor = sum(charges)
  const days = begun && daysOf(facts, begun, returned)
  return { lines, totalMinor: creditMinor + chargeMinor, creditMinor, chargeMinor, days }
}

const begunIn = ({ service, offer, onDay, how }: ChangeFacts): BegunCycle =>
  beginCycle({
    ...{ charged: chargedOf(service), chargedThrough: service.charged_through },
    ...{ periodsLeft: service.periods_left, cycle: offer.cycle, onDay, how },
  })

/** Periods that were charged ahead were not used by what lowered them; one that has begun was, whatever of it comes back. */
function returnedIn(facts: ChangeFacts, rests: readonly Rest[]): Returned {
  const discounts: Record<string, number> = {}
  let coupon = 0
  for (const rest of rests) {
    if (rest.startsOn <= facts.onDay) continue
    for (const { id, cause, cause_id } of loweredIn(facts, rest)) {
      if (cause !== 'coupon') discounts[id] = (discounts[id] ?? 0) + 1
      else if (cause_id === facts.service.coupon_id) coupon++
    }
  }
  return { coupon, discounts }
}

function daysOf(facts: ChangeFacts, begun: BegunCycle, returned: Returned): NewDays {
  const { beginsOn, anchorOn, periodIndex, chargedThrough, spans, left, first } = begun
  const { coupon, further } = facts.lasting(returned)
  const isGivenBack = returned.coupon > 0 || Object.keys(returned.discounts).length > 0
  return {
    ...{ anchorOn, periodIndex, chargedThrough, spans },
    ...(beginsOn === anchorOn ? {} : { beginsOn }),
    ...(left === null ? {} : { left }),
    ...(first ? { counts: { coupon: coupon !== undefined, discounts: further.map(({ id }) => id) } } : {}),
    ...(isGivenBack ? { returned } : {}),
  }
}

/**
 * A new cycle begins with a day, so what it replaces is measured by days too, also where periods count whole: whoever
 * changed the cycle on the last day of each period would otherwise have had all of them for nothing.
 */
const byDays = (how: Proration): Proration =>
  how.mode === 'second' || how.mode === 'full' ? { ...how, mode: 'day' } : how

function restsOf({ service, onDay, how }: ChangeFacts): Rest[] {
  const charged = chargedOf(service)
  return charged ? chargedRests(charged, onDay, how) : []
}

/** Null for what is not charged by period. */
export function chargedOf(service: ServiceRow) {
  if (service.anchor_on === null || !recurs(service.cycle)) return null
  const { anchor_on: anchorOn, cycle, period_index: periodIndex } = service
  return { anchorOn, cycle, periodIndex, spans: spansOf(service) }
}

function creditLine(facts: ChangeFacts, rest: Rest): DraftLine {
  const by = loweredIn(facts, rest)
  const charged = lowered(facts.service.recurring_minor, by)
  const { price, amountMinor, why } = unusedPrice(charged, rest, facts.leftOf(rest))
  const side = { part: 'credit', name: facts.oldName, price, coupon: couponIn(by), why } as const
  return line(facts, rest, { ...side, amount: -amountMinor })
}

/** A period of a new cycle is not the one that was lowered: only what lasts lowers it too. */
function chargeLine(facts: ChangeFacts, rest: Rest, returned: Returned): DraftLine {
  const { offer, service } = facts
  const lasting = facts.lasting(returned)
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
  why?: { credited?: string }
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
    untaxedPrice: service.untaxed_price,
    periodStart: rest.fromOn,
    periodEnd: rest.endsOn,
    trace: {
      change: changeId,
      part: side.part,
      refers_to: `${service.id} ${rest.startsOn}`,
      price: side.part === 'credit' ? service.price_id : offer.priceId,
      of: side.price.toString(),
      ...side.why,
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
