import { divideHalfUp } from '../../sdk/index.ts'
import { PERIODS_MAX, type DraftLine, type DueItem } from '../billing/index.ts'
import { periodStart, type Cycle, type IsoDate } from '../kernel/index.ts'

/** What planning reads of a service: one row of the snapshot. */
export interface DueService {
  id: string
  brand_id: string
  client_id: string
  product_name: string
  label: string
  currency: string
  cycle: Cycle
  quantity: number
  price_id: string | null
  amount_minor: bigint
  recurring_minor: bigint
  tax_class: string
  coupon_id: string | null
  coupon_cycles_left: number | null
  anchor_on: IsoDate | null
  period_index: number
  /** Periods still to be charged; null goes on. */
  periods_left: number | null
  next_period_on: IsoDate
  cancel_on: IsoDate | null
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
  from_index: number
  from_on: IsoDate
  to_index: number
  charged_through: IsoDate
  coupon_cycles_left: number | null
  periods_left: number | null
}

const NO_OPTIONS: readonly DueOption[] = []

/** The periods of one service that begin up to and including the day, as one run takes them. Null when there is none. */
export function planPeriods(
  service: DueService,
  untilOn: IsoDate,
  options: readonly DueOption[] = NO_OPTIONS,
  coupon?: Coupon,
): DueItem | null {
  return plan({ service, untilOn, options, coupon, periodsMax: PERIODS_MAX })
}

/** All of them, in however many runs: what a preview looks at. */
export function planEveryPeriod(
  service: DueService,
  untilOn: IsoDate,
  options: readonly DueOption[] = NO_OPTIONS,
  coupon?: Coupon,
): DueItem | null {
  return plan({ service, untilOn, options, coupon, periodsMax: Number.POSITIVE_INFINITY })
}

interface Periods {
  service: DueService
  untilOn: IsoDate
  options: readonly DueOption[]
  coupon: Coupon | undefined
  periodsMax: number
}

function plan({ service, untilOn, options, coupon, periodsMax }: Periods): DueItem | null {
  const { anchor_on: anchorOn, cancel_on: cancelOn } = service
  const lines: DraftLine[] = []
  const lastIndex = service.period_index + (service.periods_left ?? Number.POSITIVE_INFINITY)
  let index = service.period_index
  let startsOn = service.next_period_on
  let left = service.coupon_cycles_left
  while (index < service.period_index + periodsMax && startsOn <= untilOn) {
    if (cancelOn !== null && cancelOn <= startsOn) break
    if (index >= lastIndex) break
    const endsOn = endOf(anchorOn, service.cycle, index)
    if (endsOn === null || endsOn <= startsOn) return unbillable(service)
    const discounted = coupon !== undefined && left !== 0
    addLines(lines, { service, options, coupon: discounted ? coupon : undefined, startsOn, endsOn, index })
    if (discounted && left !== null) left--
    index++
    startsOn = endsOn
  }
  if (index === service.period_index) return null
  const step: ServiceStep = {
    id: service.id,
    from_index: service.period_index,
    from_on: service.next_period_on,
    to_index: index,
    charged_through: startsOn,
    coupon_cycles_left: left,
    periods_left: service.periods_left === null ? null : lastIndex - index,
  }
  return item(service, lines, step)
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
  startsOn: IsoDate
  endsOn: IsoDate
  index: number
}

function addLines(
  lines: DraftLine[],
  { service, options, coupon, startsOn, endsOn, index }: PeriodLines,
): void {
  const { id: sourceId, tax_class: taxClass } = service
  lines.push({
    sourceId,
    kind: 'recurring',
    description: nameOf(service),
    ...shares(service.amount_minor, service.quantity),
    taxClass,
    periodStart: startsOn,
    periodEnd: endsOn,
    trace: { price: service.price_id, period: index },
  })
  for (const option of options) {
    lines.push({
      sourceId,
      kind: 'option',
      cause: option.option_id,
      description: option.label,
      ...shares(option.amount_minor, option.quantity),
      taxClass,
      periodStart: startsOn,
      periodEnd: endsOn,
      trace: {
        ...{ price: option.price_id, option: option.option_id, period: index },
        ...(option.pricing ? { pricing: option.pricing } : {}),
      },
    })
  }
  if (!coupon) return
  const off = discountOf(coupon, service.recurring_minor, service.currency)
  if (off === 0n) return
  lines.push({
    sourceId,
    kind: 'discount',
    description: coupon.code,
    quantity: 1,
    unitMinor: -off,
    amountMinor: -off,
    taxClass,
    periodStart: startsOn,
    periodEnd: endsOn,
    trace: { coupon: coupon.id, ppm: coupon.percent_ppm, of: service.recurring_minor.toString() },
  })
}

/** Quantity and unit price when they multiply to the amount exactly; otherwise one unit of the whole. */
function shares(amountMinor: bigint, quantity: number) {
  if (quantity <= 1) return { quantity: 1, unitMinor: amountMinor, amountMinor }
  const unitMinor = amountMinor / BigInt(quantity)
  return unitMinor * BigInt(quantity) === amountMinor
    ? { quantity, unitMinor, amountMinor }
    : { quantity: 1, unitMinor: amountMinor, amountMinor }
}

function nameOf({ product_name, label }: DueService): string {
  return label === '' || label === product_name ? product_name : `${product_name} – ${label}`
}
