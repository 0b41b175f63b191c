import type { LastingDiscount, PricedLine, Product } from '../catalog/index.ts'
import type { DraftLine } from '../billing/index.ts'
import { period, recurs, type IsoDate, type Period } from '../kernel/index.ts'
import type { ServiceDiscountSpec, ServiceSpec } from './ports.ts'
import type { PricedItem, PricedPart } from './price-items.ts'

/** One position of the order: what becomes one service and its lines on the invoice. */
export interface PlannedItem {
  id: string
  parentIndex: number | null
  part: PricedPart
  spec: ServiceSpec
}

export interface OrderFacts {
  brandId: string
  clientId: string
  zone: string
  today: IsoDate
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
      planned.push({ id, parentIndex: parent, part, spec: specOf(part, id, parent, facts) })
    })
  }
  return planned.map((item) => ({ ...item, spec: withBonds(item.spec, planned) }))
}

/** Bonds are named in the order alone; beyond it they go by its first position that has them. */
function withBonds(spec: ServiceSpec, planned: readonly PlannedItem[]): ServiceSpec {
  if (spec.bonds.length === 0) return spec
  const nameOf = (bond: string) =>
    `${planned.find((item) => item.spec.bonds.includes(bond))!.id}:${bond.split(':')[0]!}`
  return {
    ...spec,
    bonds: spec.bonds.map(nameOf),
    discounts: spec.discounts.map((one) => ({ ...one, bond: one.bond && nameOf(one.bond) })),
  }
}

function specOf(
  { product, selection, fields, bonds = [] }: PricedPart,
  orderItemId: string,
  parentIndex: number | null,
  facts: OrderFacts,
): ServiceSpec {
  const first = firstPeriod(facts.today, selection.cycle)
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
    amountMinor: first ? own.amountMinor : 0n,
    recurringMinor: selection.renewal?.subtotalMinor ?? 0n,
    priceId: selection.priceId,
    taxClass: taxClassOf(product),
    ...lastingOf(selection.lasting),
    bonds,
    zone: facts.zone,
    anchorOn: facts.today,
    chargedThrough: first?.endsOn ?? null,
    nextPeriodOn: first?.endsOn ?? null,
    periodIndex: first ? 1 : 0,
    // A gift card is a code: it is issued when it is paid, and no provider is asked.
    deliveryOn: isGiftCard(product) ? 'never' : product.deliveryOn,
    instanceId: product.instanceId,
    serverGroupId: product.serverGroupId,
    moduleSettings: product.moduleSettings,
    options: selection.choices.map((choice) => ({
      optionId: choice.optionId,
      valueId: choice.valueId,
      quantity: choice.quantity,
      value: choice.value,
      label: choice.label,
      amountMinor: first ? choice.amountMinor * BigInt(choice.quantity * selection.quantity) : 0n,
      setting: choice.setting,
      moduleValue: choice.moduleValue,
      priceId: choice.priceId,
    })),
    fields: fields.map(({ fieldId, label, value, setting }) => ({ fieldId, label, value, setting })),
  }
}

function firstPeriod(today: IsoDate, of: ServiceSpec['cycle']): Period | null {
  return recurs(of) ? period(today, of, 0) : null
}

const isGiftCard = ({ kind }: Product): boolean => kind === 'gift_card'

/** Selling a card is no supply yet: what is bought with it will be taxed. No rule names this class. */
const taxClassOf = (product: Product): string => (isGiftCard(product) ? 'gift_card' : product.taxClass)

/** Discounts after the coupon that stands on the service itself come from this place on. */
export const AFTER_COUPON = 100

/**
 * The first coupon that takes its own share or sum stands on the service, where the billing run reads it; everything
 * else that lasts is a row of its own, before or after it.
 */
function lastingOf(
  lasting: readonly LastingDiscount[],
): Pick<ServiceSpec, 'couponId' | 'couponCyclesLeft' | 'discounts'> {
  const at = lasting.findIndex(({ cause, isOwn }) => cause === 'coupon' && isOwn)
  const coupon = lasting[at]
  const discounts = lasting.flatMap((discount, i): ServiceDiscountSpec[] => {
    if (i === at) return []
    const { cause, id: causeId, label, percentPpm, amountMinor, periodsLeft, bond } = discount
    const position = i < at || at < 0 ? i : AFTER_COUPON + i
    return [{ position, cause, causeId, label, percentPpm, amountMinor, periodsLeft, bond }]
  })
  return { couponId: coupon?.id ?? null, couponCyclesLeft: coupon?.periodsLeft ?? null, discounts }
}

/** The lines of the invoice. A charge is unique by service, kind, period start and cause, so options name themselves. */
export function draftLines(planned: readonly PlannedItem[], serviceIds: readonly string[]): DraftLine[] {
  return planned.flatMap(({ part, spec }, i) => {
    const { nextPeriodOn: periodEnd, anchorOn: periodStart } = spec
    return part.selection.lines.map((line) => ({
      sourceId: serviceIds[i]!,
      kind: isGiftCard(part.product) && line.kind === 'once' ? 'gift_card' : line.kind,
      ...causeOf(line),
      description: line.label,
      quantity: line.quantity,
      unitMinor: line.unitMinor,
      amountMinor: line.amountMinor,
      taxClass: taxClassOf(part.product),
      periodStart,
      ...(periodEnd !== null && line.kind !== 'setup' ? { periodEnd } : {}),
      trace: line.trace,
    }))
  })
}

const causeOf = ({ optionId, cause }: PricedLine): { cause?: string } =>
  optionId !== null ? { cause: optionId } : cause === undefined ? {} : { cause }
