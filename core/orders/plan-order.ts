import {
  nameAmong,
  serviceTitle,
  type LastingDiscount,
  type PricedLine,
  type PricedSelection,
  type Choice,
  type Product,
  type WantedPlace,
} from '../catalog/index.ts'
import type { DraftLine } from '../billing/index.ts'
import { addDays, isMetered, recurs, type Instant, type IsoDate } from '../kernel/index.ts'
import { firstTerm, type FirstTerm } from '../services/index.ts'
import type { ServiceDiscountSpec, ServiceSpec } from './ports.ts'
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
  { product, selection, listed, term, fields, bonds = [] }: PricedPart,
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
    label: nameAmong(product.fields, fields) ?? product.name,
    currency: selection.currency,
    cycle: selection.cycle,
    quantity: selection.quantity,
    amountMinor: trial ? trial.ownMinor : isRecurring ? own.amountMinor : 0n,
    recurringMinor: listed.renewal?.subtotalMinor ?? 0n,
    priceId: selection.priceId,
    taxClass: taxClassOf(product),
    ...lastingOf(selection.lasting),
    bonds,
    zone: facts.zone,
    anchorOn: first.anchorOn,
    chargedThrough: isMetered(selection.cycle) ? null : first.nextOn,
    nextPeriodOn: first.nextOn,
    periodIndex: first.periodIndex,
    periodsLeft: periodsLeft(product, selection, first),
    trialEndsOn: trial ? first.anchorOn : null,
    spans: first.spans,
    // A gift card is a code: it is issued when it is paid, and no provider is asked.
    deliveryOn: isGiftCard(product) ? 'never' : product.deliveryOn,
    instanceId: product.instanceId,
    serverGroupId: selection.choices.find(standsForGroup)?.serverGroupId ?? product.serverGroupId,
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
    // What a plugin asked is kept with the order alone.
    fields: fields
      .filter(({ fieldId }) => fieldId !== '')
      .map(({ fieldId, label, value, setting }) => ({ fieldId, label, value, setting })),
  }
}

/** Quotes that were frozen by an older version say nothing of groups. */
const standsForGroup = ({ serverGroupId }: Partial<Pick<Choice, 'serverGroupId'>>): boolean =>
  typeof serverGroupId === 'string'

/** The places that were chosen for services, each of which must be free. */
export const wantedPlaces = (planned: readonly PlannedItem[]): WantedPlace[] =>
  planned.flatMap(({ spec, part }) => {
    const { label, serverGroupId: groupId } = part.selection.choices.find(standsForGroup) ?? {}
    const { instanceId } = spec
    return label && groupId && instanceId ? [{ label, groupId, instanceId }] : []
  })

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

const isGiftCard = ({ kind }: Product): boolean => kind === 'gift_card'

/** Selling a card is no supply yet: what is bought with it will be taxed. No rule names this class. */
export const taxClassOf = (product: Product): string => (isGiftCard(product) ? 'gift_card' : product.taxClass)

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
  return planned.flatMap(({ part, spec, startsOn }, i) => {
    const { nextPeriodOn: periodEnd } = spec
    return part.selection.lines.map((line) => ({
      sourceId: serviceIds[i]!,
      kind: isGiftCard(part.product) && line.kind === 'once' ? 'gift_card' : line.kind,
      ...causeOf(line),
      description: descriptionOf(line, part.product, spec),
      quantity: line.quantity,
      unitMinor: line.unitMinor,
      amountMinor: line.amountMinor,
      taxClass: taxClassOf(part.product),
      periodStart: line.period?.startsOn ?? startsOn,
      ...(periodEnd !== null && line.kind !== 'setup' && !isMetered(spec.cycle)
        ? { periodEnd: line.period?.endsOn ?? periodEnd }
        : {}),
      trace: line.trace,
    }))
  })
}

/** What is charged for the product itself names the service as its renewals will; options and discounts keep their own names. */
const descriptionOf = ({ label }: PricedLine, product: Product, spec: ServiceSpec): string =>
  label === product.name ? serviceTitle(label, spec.label) : label

const causeOf = ({ optionId, cause }: PricedLine): { cause?: string } =>
  optionId !== null ? { cause: optionId } : cause === undefined ? {} : { cause }
