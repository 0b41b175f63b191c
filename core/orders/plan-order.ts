import {
  couponRenews,
  type Coupon,
  type PricedLine,
  type PricedSelection,
  type Product,
} from '../catalog/index.ts'
import type { DraftLine } from '../billing/index.ts'
import { addDays, isMetered, recurs, type Instant, type IsoDate } from '../kernel/index.ts'
import { firstTerm, type FirstTerm } from '../services/index.ts'
import type { ServiceSpec } from './ports.ts'
import type { PricedItem, PricedPart } from './price-items.ts'

/** One position of the order: what becomes one service and its lines on the invoice. */
export interface PlannedItem {
  id: string
  parentIndex: number | null
  part: PricedPart
  spec: ServiceSpec
  /** First day that is charged: a trial begins today, its service is counted from the day after. */
  startsOn: IsoDate
}

export interface OrderFacts {
  brandId: string
  clientId: string
  zone: string
  today: IsoDate
  coupon: Coupon | null
  newItemId: () => string
}

/** Turns priced items into positions: each unit its own service, add-ons under it. */
export function planOrder(items: readonly PricedItem[], facts: OrderFacts): PlannedItem[] {
  const planned: PlannedItem[] = []
  const units = items.flatMap(({ wish, units: all }) =>
    all.map((unit) => ({ unit, serviceId: wish.service_id })),
  )
  for (const { unit, serviceId } of units) {
    const parentIndex = planned.length
    unit.forEach((part, i) => {
      const parent = i === 0 ? null : parentIndex
      const id = facts.newItemId()
      planned.push({
        ...{ id, parentIndex: parent, part, spec: specOf(part, id, parent ?? serviceId ?? null, facts) },
        startsOn: facts.today,
      })
    })
  }
  return planned
}

function specOf(
  { product, selection, listed, term, fields }: PricedPart,
  orderItemId: string,
  parent: number | string | null,
  facts: OrderFacts,
): ServiceSpec {
  const { trial } = selection
  const first = trial ? trialTerm(facts.today, trial.days) : (term ?? wholeTerm(facts.today, selection.cycle))
  const isRecurring = first.nextOn !== null
  const own = listed.lines.find((line) => line.kind === 'recurring' || line.kind === 'once')!
  return {
    brandId: facts.brandId,
    clientId: facts.clientId,
    orderItemId,
    productId: product.id,
    ...parentOf(parent),
    label: product.name,
    currency: selection.currency,
    cycle: selection.cycle,
    quantity: selection.quantity,
    amountMinor: trial ? trial.ownMinor : isRecurring ? own.amountMinor : 0n,
    recurringMinor: listed.renewal?.subtotalMinor ?? 0n,
    priceId: selection.priceId,
    taxClass: product.taxClass,
    ...couponOf(facts.coupon, selection.lines, selection.cycle),
    zone: facts.zone,
    anchorOn: first.anchorOn,
    chargedThrough: isMetered(selection.cycle) ? null : first.nextOn,
    nextPeriodOn: first.nextOn,
    periodIndex: first.periodIndex,
    periodsLeft: periodsLeft(product, selection, first),
    trialEndsOn: trial ? first.anchorOn : null,
    spans: first.spans,
    deliveryOn: product.deliveryOn,
    instanceId: product.instanceId,
    serverGroupId: product.serverGroupId,
    moduleSettings: product.moduleSettings,
    options: selection.choices.map((choice) => ({
      optionId: choice.optionId,
      valueId: choice.valueId,
      quantity: choice.quantity,
      value: choice.value,
      label: choice.label,
      amountMinor: isRecurring ? choice.amountMinor * BigInt(choice.times * selection.quantity) : 0n,
      pricing: choice.pricing,
      setting: choice.setting,
      moduleValue: choice.moduleValue,
      priceId: choice.priceId,
    })),
    fields: fields.map(({ fieldId, label, value, setting }) => ({ fieldId, label, value, setting })),
  }
}

/** Periods still to be charged after what is charged now; null goes on. */
function periodsLeft(
  { periodsMax }: Product,
  { trial, cycle }: PricedSelection,
  { periodIndex }: FirstTerm,
): number | null {
  if (trial?.then === 'end') return 0
  if (periodsMax === null || !recurs(cycle)) return null
  // A shorter first period up to a fixed day comes on top.
  return Math.max(0, periodsMax - periodIndex)
}

/** Charged with the order, before the anchor and outside its periods: no part of it is ever given back. */
function trialTerm(today: IsoDate, days: number): FirstTerm {
  const endsOn = addDays(today, days)
  return { anchorOn: endsOn, periodIndex: 0, nextOn: endsOn, pieces: [], spans: [] }
}

/** Another position of the order, or a service that runs already. */
function parentOf(parent: number | string | null): Pick<ServiceSpec, 'parentIndex' | 'parentId'> {
  if (parent === null) return {}
  return typeof parent === 'number' ? { parentIndex: parent } : { parentId: parent }
}

function wholeTerm(today: IsoDate, of: ServiceSpec['cycle']): FirstTerm {
  const at = { cycle: of, today, how: { mode: 'day' as const, zone: 'UTC', at: '' as Instant } }
  return firstTerm({ ...at, terms: { anchorDay: 0, chargeNextFrom: 0 } })
}

/** The service keeps a coupon only when it still lowers its next period. */
function couponOf(
  coupon: Coupon | null,
  lines: readonly PricedLine[],
  of: ServiceSpec['cycle'],
): Pick<ServiceSpec, 'couponId' | 'couponCyclesLeft'> {
  const carried = lines.some((line) => line.kind === 'discount' && line.recurs)
  if (!coupon || !carried || !couponRenews(coupon, of)) return { couponId: null, couponCyclesLeft: null }
  return { couponId: coupon.id, couponCyclesLeft: coupon.cycles === null ? null : coupon.cycles - 1 }
}

/** The lines of the invoice. A charge is unique by service, kind, period start and cause, so options name themselves. */
export function draftLines(planned: readonly PlannedItem[], serviceIds: readonly string[]): DraftLine[] {
  return planned.flatMap(({ part, spec, startsOn }, i) => {
    const { nextPeriodOn: periodEnd } = spec
    return part.selection.lines.map((line) => ({
      sourceId: serviceIds[i]!,
      kind: line.kind,
      ...(line.optionId === null ? {} : { cause: line.optionId }),
      description: line.label,
      quantity: line.quantity,
      unitMinor: line.unitMinor,
      amountMinor: line.amountMinor,
      taxClass: part.product.taxClass,
      periodStart: line.period?.startsOn ?? startsOn,
      ...(periodEnd !== null && line.kind !== 'setup' && !isMetered(spec.cycle)
        ? { periodEnd: line.period?.endsOn ?? periodEnd }
        : {}),
      trace: line.trace,
    }))
  })
}
