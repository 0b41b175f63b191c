import { divideHalfUp } from '../../sdk/index.ts'
import type { DraftLine, DueItem, UntaxedPrice } from '../billing/index.ts'
import { lastingOff, serviceTitle } from '../catalog/index.ts'
import { periodStart, type Cycle, type IsoDate } from '../kernel/index.ts'
import { AFTER_COUPON, type DiscountPeriods, type ServiceDiscount } from './service-discounts.ts'
import type { Repricing } from './repricing.ts'

/** What planning reads of a service: one row of the snapshot. */
export interface DueService {
  id: string
  brand_id: string
  client_id: string
  product_id: string
  product_name: string
  label: string
  currency: string
  cycle: Cycle
  quantity: number
  price_id: string | null
  amount_minor: bigint
  recurring_minor: bigint
  tax_class: string
  untaxed_price?: UntaxedPrice
  coupon_id: string | null
  coupon_cycles_left: number | null
  anchor_on: IsoDate | null
  period_index: number
  /** Periods still to be charged; null goes on. */
  periods_left: number | null
  next_period_on: IsoDate
  cancel_on: IsoDate | null
  /** What lowers it beside its coupon, in order. */
  discounts?: readonly ServiceDiscount[]
  /** New prices that were announced. */
  repricing?: Repricing | null
}

export interface DueOption {
  service_id: string
  option_id: string
  label: string
  quantity: number
  amount_minor: bigint
  price_id: string | null
  /** How the steps of its price came to the amount; null without steps. */
  pricing?: string | null
}

export interface Coupon {
  id: string
  code: string
  percent_ppm: number | null
  currency: string | null
  amount_minor: bigint | null
}

/** Handed back to `advance`: where the service stood, and where it goes. Named as columns, because the database reads it. */
export interface ServiceStep {
  id: string
  /** Who was to be charged: a service that has passed to another client meanwhile is planned anew. */
  client_id: string
  from_index: number
  from_on: IsoDate
  to_index: number
  charged_through: IsoDate
  coupon_cycles_left: number | null
  /** Periods that each further discount lowered; absent when there is none. */
  discounted?: DiscountPeriods
  periods_left: number | null
  /** The price change whose periods have begun with these. */
  repricing_id?: string
}

const NO_OPTIONS: readonly DueOption[] = []

export interface Until {
  /** The last day on which a period may begin. */
  untilOn: IsoDate
  /** Periods that may be taken at once. */
  most: number
}

/** The periods of one service that begin up to and including the day. Null when there is none. */
export function planPeriods(
  service: DueService,
  { untilOn, most }: Until,
  options: readonly DueOption[] = NO_OPTIONS,
  coupon?: Coupon,
): DueItem | null {
  const { anchor_on: anchorOn, cancel_on: cancelOn } = service
  const lines: DraftLine[] = []
  const lastIndex = service.period_index + (service.periods_left ?? Number.POSITIVE_INFINITY)
  let index = service.period_index
  let startsOn = service.next_period_on
  let left = service.coupon_cycles_left
  let repricingId: string | undefined
  while (index < service.period_index + most && startsOn <= untilOn) {
    if (cancelOn !== null && cancelOn <= startsOn) break
    if (index >= lastIndex) break
    const endsOn = endOf(anchorOn, service.cycle, index)
    if (endsOn === null || endsOn <= startsOn) return unbillable(service)
    const discounted = coupon !== undefined && left !== 0
    const priced = pricedAt(service, options, startsOn)
    const further = furtherIn(service.discounts, index - service.period_index)
    const lowered = { coupon: discounted ? coupon : undefined, further }
    addLines(lines, { ...priced, ...lowered, startsOn, endsOn, index })
    if (priced.repricing?.id) repricingId = priced.repricing.id
    if (discounted && left !== null) left--
    index++
    startsOn = endsOn
  }
  if (index === service.period_index) return null
  const step: ServiceStep = {
    id: service.id,
    client_id: service.client_id,
    from_index: service.period_index,
    from_on: service.next_period_on,
    to_index: index,
    charged_through: startsOn,
    coupon_cycles_left: left,
    ...countDiscounts(service, index - service.period_index),
    periods_left: service.periods_left === null ? null : lastIndex - index,
    ...(repricingId === undefined ? {} : { repricing_id: repricingId }),
  }
  return item(service, lines, step)
}

const NO_DISCOUNTS: readonly ServiceDiscount[] = []

/** Those that still count in the nth period planned. */
const furtherIn = (discounts = NO_DISCOUNTS, nth: number): readonly ServiceDiscount[] =>
  discounts.length === 0
    ? NO_DISCOUNTS
    : discounts.filter(({ periods_left: left }) => left === null || nth < left)

function countDiscounts({ discounts = NO_DISCOUNTS }: DueService, periods: number) {
  const counted = discounts.flatMap(({ id, periods_left: left }) =>
    left === null ? [] : [[id, Math.min(left, periods)] as const],
  )
  return counted.length === 0 ? {} : { discounted: Object.fromEntries(counted) }
}

type PricedService = Pick<PeriodLines, 'service' | 'options' | 'repricing'>

/** The service as it is priced for the period of a day. */
function pricedAt(service: DueService, options: readonly DueOption[], startsOn: IsoDate): PricedService {
  const { repricing } = service
  if (!repricing || startsOn < repricing.fromOn) return { service, options, repricing: null }
  return {
    service: { ...service, amount_minor: repricing.amountMinor, recurring_minor: repricing.recurringMinor },
    options: options.map((option) => ({
      ...option,
      amount_minor: repricing.options.get(option.option_id) ?? option.amount_minor,
    })),
    repricing,
  }
}

/** What a coupon takes off a sum: never more than the sum, nothing when it is stated in another currency. */
export function discountOf(coupon: Coupon, minor: bigint, currency: string): bigint {
  if (coupon.percent_ppm !== null) return divideHalfUp(minor * BigInt(coupon.percent_ppm), 1_000_000n)
  if (coupon.amount_minor === null || coupon.currency !== currency) return 0n
  return coupon.amount_minor < minor ? coupon.amount_minor : minor
}

function endOf(anchorOn: IsoDate | null, cycle: Cycle, index: number): IsoDate | null {
  if (anchorOn === null || cycle === 'once' || cycle === 'free') return null
  return periodStart(anchorOn, cycle, index + 1)
}

function unbillable(service: DueService): DueItem {
  const problem = `The billing days of the service ${service.id} do not fit: cycle "${service.cycle}", anchor ${service.anchor_on ?? 'missing'}, next period ${service.next_period_on} (number ${service.period_index}). Correct them on the service's page.`
  return { ...item(service, [], null), problem }
}

function item(service: DueService, lines: readonly DraftLine[], step: ServiceStep | null): DueItem {
  return {
    sourceId: service.id,
    clientId: service.client_id,
    brandId: service.brand_id,
    currency: service.currency,
    dueOn: service.next_period_on,
    lines,
    step,
  }
}

interface PeriodLines {
  service: DueService
  options: readonly DueOption[]
  coupon: Coupon | undefined
  further: readonly ServiceDiscount[]
  startsOn: IsoDate
  endsOn: IsoDate
  index: number
  repricing: Repricing | null
}

function addLines(
  lines: DraftLine[],
  { service, options, coupon, further, startsOn, endsOn, index, repricing }: PeriodLines,
): void {
  const { id: sourceId, tax_class: taxClass, untaxed_price: untaxedPrice } = service
  const why = repricing ? { price_change: repricing.id, since: repricing.fromOn } : {}
  lines.push({
    sourceId,
    kind: 'recurring',
    description: serviceTitle(service.product_name, service.label),
    ...shares(service.amount_minor, service.quantity),
    ...{ taxClass, untaxedPrice },
    periodStart: startsOn,
    periodEnd: endsOn,
    trace: { price: service.price_id, period: index, ...why },
  })
  for (const option of options) {
    lines.push({
      sourceId,
      kind: 'option',
      cause: option.option_id,
      description: option.label,
      ...shares(option.amount_minor, option.quantity),
      ...{ taxClass, untaxedPrice },
      periodStart: startsOn,
      periodEnd: endsOn,
      trace: {
        ...{ price: option.price_id, option: option.option_id, period: index },
        ...(option.pricing ? { pricing: option.pricing } : {}),
        ...why,
      },
    })
  }
  if (!coupon && further.length === 0) return
  for (const { id, label, offMinor, trace } of takenOff(service, coupon, further)) {
    lines.push({
      sourceId,
      kind: 'discount',
      ...(id === null ? {} : { cause: id }),
      description: label,
      quantity: 1,
      unitMinor: -offMinor,
      amountMinor: -offMinor,
      ...{ taxClass, untaxedPrice },
      periodStart: startsOn,
      periodEnd: endsOn,
      trace,
    })
  }
}

interface TakenOff {
  /** Null for the coupon of the service itself. */
  id: string | null
  label: string
  offMinor: bigint
  trace: DraftLine['trace']
}

/** Each discount takes from what those before it have left: rows before the coupon, the coupon, rows after it. */
function takenOff(
  { recurring_minor, currency }: Pick<DueService, 'recurring_minor' | 'currency'>,
  coupon: Coupon | undefined,
  further: readonly ServiceDiscount[],
): TakenOff[] {
  const taken: TakenOff[] = []
  let leftMinor = recurring_minor
  const take = (one: Omit<TakenOff, 'trace'>, trace: DraftLine['trace']) => {
    if (one.offMinor === 0n) return
    taken.push({ ...one, trace: { ...trace, of: leftMinor.toString() } })
    leftMinor -= one.offMinor
  }
  const takeRow = (row: ServiceDiscount) => {
    const { id, label, cause, cause_id, percent_ppm } = row
    take({ id, label, offMinor: rowOff(row, leftMinor) }, { [cause]: cause_id, ppm: percent_ppm })
  }
  for (const row of further) if (row.position < AFTER_COUPON) takeRow(row)
  if (coupon) {
    const offMinor = discountOf(coupon, leftMinor, currency)
    take({ id: null, label: coupon.code, offMinor }, { coupon: coupon.id, ppm: coupon.percent_ppm })
  }
  for (const row of further) if (row.position >= AFTER_COUPON) takeRow(row)
  return taken
}

/** What a period costs with everything that lowers it. */
export function netOf(
  minor: bigint,
  currency: string,
  { coupon, further = NO_DISCOUNTS }: { coupon?: Coupon | undefined; further?: readonly ServiceDiscount[] },
): bigint {
  const taken = takenOff({ recurring_minor: minor, currency }, coupon, further)
  return taken.reduce((left, { offMinor }) => left - offMinor, minor)
}

/** What a period costs that these have lowered, in this order. */
export const lowered = (
  minor: bigint,
  by: readonly Pick<ServiceDiscount, 'percent_ppm' | 'amount_minor'>[],
): bigint => by.reduce((left, row) => left - rowOff(row, left), minor)

const rowOff = (
  { percent_ppm, amount_minor }: Pick<ServiceDiscount, 'percent_ppm' | 'amount_minor'>,
  leftMinor: bigint,
): bigint => lastingOff({ percentPpm: percent_ppm, amountMinor: amount_minor, periodsLeft: null }, leftMinor)

/** Quantity and unit price when they multiply to the amount exactly; otherwise one unit of the whole. */
function shares(amountMinor: bigint, quantity: number) {
  if (quantity <= 1) return { quantity: 1, unitMinor: amountMinor, amountMinor }
  const unitMinor = amountMinor / BigInt(quantity)
  return unitMinor * BigInt(quantity) === amountMinor
    ? { quantity, unitMinor, amountMinor }
    : { quantity: 1, unitMinor: amountMinor, amountMinor }
}
