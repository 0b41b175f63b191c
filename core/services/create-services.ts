import type { UntaxedPrice } from '../billing/index.ts'
import { list, sql, type Trx } from '../db/index.ts'
import { recordEvents } from '../events/index.ts'
import { isMetered, type Actor, type Cycle, type IsoDate } from '../kernel/index.ts'
import type { Means } from '../records/index.ts'
import { writeDiscounts } from './service-discounts.ts'
import { spansText, type Span } from './prorate.ts'
import type { ServiceFieldRow, ServiceOptionRow, ServiceRow } from './rows.ts'
import { billingLifecycle, deliveryStateLifecycle } from './service-lifecycle.ts'

export interface SpecOption {
  optionId: string
  valueId: string | null
  quantity: number
  value: string
  label: string
  /** For one period and the whole quantity of option and service; 0n for options that do not recur. */
  amountMinor: bigint
  setting: string | null
  moduleValue: string | null
  priceId: string | null
  /** How the steps of its price came to the amount, for the trace of each renewal. */
  pricing?: string | null
}

export interface SpecDiscount {
  /** Where it is known before. */
  id?: string
  position: number
  cause: string
  causeId: string
  label: string
  percentPpm: number | null
  amountMinor: bigint | null
  periodsLeft: number | null
  bond: string | null
}

/** A service to be made by an order. Days are in `zone`; amounts are as the brand states prices. */
export interface ServiceSpec {
  brandId: string
  clientId: string
  orderItemId: string | null
  productId: string
  /** Position in the same list of the service of which this one is a part; it comes earlier. */
  parentIndex?: number
  /** A service of which this one is a part and that runs already. */
  parentId?: string
  label: string
  currency: string
  cycle: Cycle
  quantity: number
  /** One period of the product itself, whole quantity. */
  amountMinor: bigint
  /** One period with options, before discounts. */
  recurringMinor: bigint
  priceId: string | null
  taxClass: string
  /** What was agreed for whoever owes no tax; absent: as the seller of the brand sells now. */
  untaxedPrice?: UntaxedPrice
  couponId?: string | null
  couponCyclesLeft?: number | null
  /** What else lowers later periods. */
  discounts?: readonly SpecDiscount[]
  /** Names of what it belongs to: services that share one keep its discounts while all of them live. */
  bonds?: readonly string[]
  zone: string
  anchorOn: IsoDate | null
  chargedThrough: IsoDate | null
  nextPeriodOn: IsoDate | null
  periodIndex: number
  /** Periods still to be charged; null or absent goes on. */
  periodsLeft?: number | null
  /** The day after the trial that it begins with. */
  trialEndsOn?: IsoDate | null
  spans?: readonly Span[]
  deliveryOn: ServiceRow['delivery_on']
  instanceId: string | null
  serverGroupId: string | null
  moduleSettings: Record<string, unknown>
  options: readonly SpecOption[]
  fields: readonly { fieldId: string; label: string; value: string; setting: string | null }[]
}

/** Writes services with their options, fields and discounts in few statements, pending and not delivered. Answers ids in order. */
export async function createServices(
  means: Means,
  trx: Trx,
  specs: readonly ServiceSpec[],
  actor: Actor,
): Promise<string[]> {
  const ids = specs.map(() => means.newId('svc') as string)
  const now = means.business.now()
  const untaxedPrices = await untaxedPricesOf(trx, specs)
  await trx.insert(
    'services',
    specs.map((spec, i) => ({
      ...columnsOf(spec),
      untaxed_price: spec.untaxedPrice ?? untaxedPrices.get(spec.brandId)!,
      metered_until: isMetered(spec.cycle) ? now : null,
      id: ids[i]!,
      parent_id: spec.parentIndex === undefined ? (spec.parentId ?? null) : ids[spec.parentIndex]!,
      created_at: now,
      updated_at: now,
    })),
  )
  await trx.insert(
    'service_options',
    specs.flatMap((spec, i) => optionRows(ids[i]!, spec.options)),
  )
  await trx.insert(
    'service_fields',
    specs.flatMap((spec, i) => fieldRows(ids[i]!, spec.fields)),
  )
  await writeDiscounts(means, trx, specs, ids)
  const created = specs.map((spec, i) => ({
    type: 'service.created',
    subject: ids[i]!,
    brandId: spec.brandId,
    clientId: spec.clientId,
    body: { id: ids[i]!, product_id: spec.productId, order_item_id: spec.orderItemId },
  }))
  await recordEvents(means, trx, actor, created)
  return ids
}

/** As the sellers of the brands sell now. */
async function untaxedPricesOf(
  trx: Trx,
  specs: readonly ServiceSpec[],
): Promise<ReadonlyMap<string, UntaxedPrice>> {
  const brandIds = list([...new Set(specs.map(({ brandId }) => brandId))])
  const rows = await trx.all<{ id: string; untaxed_price: UntaxedPrice }>(sql`
    select b.id, s.untaxed_price from brands b join sellers s on s.id = b.seller_id where b.id in (${brandIds})`)
  return new Map(rows.map((row) => [row.id, row.untaxed_price]))
}

function columnsOf(spec: ServiceSpec) {
  return {
    brand_id: spec.brandId,
    client_id: spec.clientId,
    product_id: spec.productId,
    order_item_id: spec.orderItemId,
    label: spec.label,
    billing_status: billingLifecycle.initial,
    delivery_status: deliveryStateLifecycle.initial,
    currency: spec.currency,
    cycle: spec.cycle,
    quantity: spec.quantity,
    price_id: spec.priceId,
    amount_minor: spec.amountMinor,
    recurring_minor: spec.recurringMinor,
    tax_class: spec.taxClass,
    coupon_id: spec.couponId ?? null,
    coupon_cycles_left: spec.couponCyclesLeft ?? null,
    zone: spec.zone,
    anchor_on: spec.anchorOn,
    period_index: spec.periodIndex,
    next_period_on: spec.nextPeriodOn,
    charged_through: spec.chargedThrough,
    periods_left: spec.periodsLeft ?? null,
    trial_ends_on: spec.trialEndsOn ?? null,
    spans: spansText(spec.spans ?? []),
    delivery_on: spec.deliveryOn,
    instance_id: spec.instanceId,
    server_group_id: spec.serverGroupId,
    module_settings: JSON.stringify(spec.moduleSettings),
  }
}

export function optionRows(serviceId: string, options: readonly SpecOption[]): ServiceOptionRow[] {
  return options.map((option) => ({
    service_id: serviceId,
    option_id: option.optionId,
    value_id: option.valueId,
    quantity: option.quantity,
    value: option.value,
    label: option.label,
    amount_minor: option.amountMinor,
    setting: option.setting,
    module_value: option.moduleValue,
    price_id: option.priceId,
    pricing: option.pricing ?? null,
  }))
}

function fieldRows(serviceId: string, fields: ServiceSpec['fields']): ServiceFieldRow[] {
  return fields.map((field) => ({
    service_id: serviceId,
    field_id: field.fieldId,
    label: field.label,
    value: field.value,
    setting: field.setting,
  }))
}
