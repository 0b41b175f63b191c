import type { DraftLine, DueItem } from '../billing/index.ts'
import { serviceTitle } from '../catalog/index.ts'
import {
  addDays,
  addMonths,
  assert,
  cycleParts,
  dayIn,
  instant,
  maxDay,
  startOfDay,
  toMs,
  type Cycle,
  type Instant,
  type IsoDate,
} from '../kernel/index.ts'
import { discountOf, type Coupon, type DueOption, type DueService } from './plan-periods.ts'

/** A service that is charged by the hour, as planning reads it. `next_period_on` is its next billing day. */
export interface MeteredService extends DueService {
  zone: string
  metered_until: Instant
  metered_end: Instant | null
  delivered_at: Instant | null
  /** Most hours that are charged between two billing days; 0 for no limit. */
  hour_cap: number
}

/** Handed back to `advance`. Named as columns, because the database reads it. */
export interface MeteredStep {
  id: string
  from_at: Instant
  metered_until: Instant
  next_period_on: IsoDate | null
  charged_through: IsoDate
  coupon_cycles_left: number | null
}

interface Meter {
  at: Instant
  billedOn: IsoDate
  coupons: number | null
  lines: DraftLine[]
}

/**
 * The hours that a service ran, up to each billing day until `on`, and to its end when it has ended. Whole hours count,
 * and what is left of one goes on the next document; of the last one a part counts whole. Null when nothing is due.
 */
export function planHours(
  service: MeteredService,
  on: IsoDate,
  options: readonly DueOption[] = [],
  coupon?: Coupon,
): DueItem | null {
  const { next_period_on: first, metered_end: end, zone } = service
  const meter: Meter = {
    at: later(service.metered_until, service.delivered_at ?? service.metered_until),
    billedOn: first,
    coupons: service.coupon_cycles_left,
    lines: [],
  }
  const endOn = end === null ? null : dayIn(zone, end)
  while (meter.billedOn <= on && (endOn === null || meter.billedOn <= endOn)) {
    count(meter, { service, options, coupon, until: startOfDay(zone, meter.billedOn), ends: false })
    meter.billedOn = addMonths(meter.billedOn, 1)
  }
  // From the day after the end on, so that a day that is run twice ends with the same books.
  const isOver = end !== null && endOn! < on && meter.billedOn > endOn!
  if (isOver) count(meter, { service, options, coupon, until: end, ends: true })
  if (!isOver && meter.billedOn === first) return null
  const step: MeteredStep = {
    ...{ id: service.id, from_at: service.metered_until, metered_until: meter.at },
    next_period_on: isOver ? null : meter.billedOn,
    charged_through: isOver ? addDays(endOn!, 1) : addMonths(meter.billedOn, -1),
    coupon_cycles_left: meter.coupons,
  }
  return {
    ...{ sourceId: service.id, clientId: service.client_id, brandId: service.brand_id },
    ...{ currency: service.currency, dueOn: on, inArrears: true, lines: meter.lines, step },
  }
}

interface Count {
  service: MeteredService
  options: readonly DueOption[]
  coupon: Coupon | undefined
  until: Instant
  /** The last hour has begun, so it counts. */
  ends: boolean
}

const HOUR_MS = 3_600_000

/** Never delivered, it has used nothing. */
function count(meter: Meter, { service, options, coupon, until, ends }: Count): void {
  const unitMs = unitHours(service.cycle) * HOUR_MS
  const ran = service.delivered_at === null ? 0 : Math.max(toMs(until) - toMs(meter.at), 0)
  const used = ends ? Math.ceil(ran / unitMs) : Math.floor(ran / unitMs)
  const from = meter.at
  meter.at = ends || service.delivered_at === null ? later(until, from) : instant(toMs(from) + used * unitMs)
  const most = service.hour_cap === 0 ? used : Math.floor(service.hour_cap / unitHours(service.cycle))
  const charged = Math.min(used, most)
  if (charged === 0) return
  const startsOn = maxDay(dayIn(service.zone, from), addMonths(meter.billedOn, -1))
  const endsOn = ends ? addDays(dayIn(service.zone, until), 1) : meter.billedOn
  const discounted = coupon !== undefined && meter.coupons !== 0
  const of = { service, options, coupon: discounted ? coupon : undefined, startsOn, endsOn }
  addLines(meter.lines, of, { used, charged, from, until: meter.at })
  if (discounted && meter.coupons !== null) meter.coupons--
}

interface Priced {
  service: MeteredService
  options: readonly DueOption[]
  coupon: Coupon | undefined
  startsOn: IsoDate
  endsOn: IsoDate
}

interface Used {
  used: number
  charged: number
  from: Instant
  until: Instant
}

function addLines(
  lines: DraftLine[],
  { service, options, coupon, startsOn, endsOn }: Priced,
  { used, charged, from, until }: Used,
): void {
  const hours = { used, charged, cycle: service.cycle, from, until, cap_hours: service.hour_cap }
  const shared = {
    sourceId: service.id,
    taxClass: service.tax_class,
    untaxedPrice: service.untaxed_price,
    periodStart: startsOn,
    periodEnd: endsOn,
  }
  const times = (minor: bigint) => ({
    ...{ quantity: charged, unitMinor: minor, amountMinor: minor * BigInt(charged) },
  })
  lines.push({
    ...{ ...shared, kind: 'recurring', ...times(service.amount_minor) },
    description: serviceTitle(service.product_name, service.label),
    trace: { price: service.price_id, ...hours },
  })
  for (const option of options)
    lines.push({
      ...{ ...shared, kind: 'option', cause: option.option_id, ...times(option.amount_minor) },
      description: option.label,
      trace: { price: option.price_id, option: option.option_id, ...hours },
    })
  const whole = service.recurring_minor * BigInt(charged)
  const off = coupon ? discountOf(coupon, whole, service.currency) : 0n
  if (off === 0n) return
  // Of its own cause: the order has lowered its set-up on the same day.
  lines.push({
    ...{ ...shared, kind: 'discount', cause: 'hours', quantity: 1, unitMinor: -off, amountMinor: -off },
    description: coupon!.code,
    trace: { coupon: coupon!.id, ppm: coupon!.percent_ppm, of: whole.toString() },
  })
}

function unitHours(of: Cycle): number {
  const parts = cycleParts(of)
  assert(parts?.unit === 'hour', `"${of}" is a cycle of hours`)
  return parts.count
}

const later = (a: Instant, b: Instant): Instant => (a > b ? a : b)
