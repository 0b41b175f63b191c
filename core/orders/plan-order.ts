import {
  couponRenews,
  type Coupon,
  type PricedLine,
  type PricedSelection,
  type Product,
} from '../catalog/index.ts'
import type { DraftLine } from '../billing/index.ts'
import { addDays, period, recurs, type IsoDate, type Period } from '../kernel/index.ts'
import type { ServiceSpec } from './ports.ts'
import type { PricedItem, PricedPart } from './price-items.ts'

/** One position of the order: what becomes one service and its lines on the invoice. */
export interface PlannedItem {
  id: string
  parentIndex: number | null
  part: PricedPart
  spec: ServiceSpec
  /** First day of what is charged now: the trial begins today, its service is counted from the day after. */
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
  for (const unit of items.flatMap((item) => item.units)) {
    const parentIndex = planned.length
    unit.forEach((part, i) => {
      const parent = i === 0 ? null : parentIndex
      const id = facts.newItemId()
      planned.push({
        id,
        parentIndex: parent,
        part,
        spec: specOf(part, id, parent, facts),
        startsOn: facts.today,
      })
    })
  }
  return planned
}

function specOf(
  { product, selection, fields }: PricedPart,
  orderItemId: string,
  parentIndex: number | null,
  facts: OrderFacts,
): ServiceSpec {
  const { trial } = selection
  const anchorOn = trial ? addDays(facts.today, trial.days) : facts.today
  const first = trial ? { startsOn: facts.today, endsOn: anchorOn } : firstPeriod(anchorOn, selection.cycle)
  const own = selection.lines.find((line) => line.kind === 'recurring' || line.kind === 'once')!
  return {
    brandId: facts.brandId,
    clientId: facts.clientId,
    orderItemId,
    productId: product.id,
    ...(parentIndex === null ? {} : { parentIndex }),
    label: product.name,
    currency: selection.currency,
    cycle: selection.cycle,
    quantity: selection.quantity,
    amountMinor: trial ? trial.ownMinor : first ? own.amountMinor : 0n,
    recurringMinor: selection.renewal?.subtotalMinor ?? 0n,
    priceId: selection.priceId,
    taxClass: product.taxClass,
    ...couponOf(facts.coupon, selection.lines, selection.cycle),
    zone: facts.zone,
    anchorOn,
    chargedThrough: first?.endsOn ?? null,
    nextPeriodOn: first?.endsOn ?? null,
    periodIndex: first && !trial ? 1 : 0,
    periodsLeft: periodsLeft(product, selection),
    trialEndsOn: trial ? anchorOn : null,
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
      amountMinor: first ? choice.amountMinor * BigInt(choice.times * selection.quantity) : 0n,
      pricing: choice.pricing,
      setting: choice.setting,
      moduleValue: choice.moduleValue,
      priceId: choice.priceId,
    })),
    fields: fields.map(({ fieldId, label, value, setting }) => ({ fieldId, label, value, setting })),
  }
}

/** Periods still to be charged after what is charged now; null goes on. */
function periodsLeft({ periodsMax }: Product, { trial, cycle }: PricedSelection): number | null {
  if (trial?.then === 'end') return 0
  if (periodsMax === null || !recurs(cycle)) return null
  return trial ? periodsMax : periodsMax - 1
}

function firstPeriod(today: IsoDate, of: ServiceSpec['cycle']): Period | null {
  return recurs(of) ? period(today, of, 0) : null
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
  return planned.flatMap(({ part, spec, startsOn: periodStart }, i) => {
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
      periodStart,
      ...(periodEnd !== null && line.kind !== 'setup' ? { periodEnd } : {}),
      trace: line.trace,
    }))
  })
}
