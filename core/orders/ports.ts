import type { DraftInvoice } from '../billing/index.ts'
import type { Queries, Trx } from '../db/index.ts'
import type { Actor, Cycle, IsoDate } from '../kernel/index.ts'
import type { Means } from '../records/index.ts'
import type { Span } from '../services/index.ts'

/** What orders ask of services and billing. Handed in by the app; the work happens in the caller's transaction. */

/** One service to be made for one item of an order. */
export interface ServiceSpec {
  brandId: string
  clientId: string
  orderItemId: string
  productId: string
  /** Place of the service in the same list that this one is an add-on of. */
  parentIndex?: number
  /** A running service that this one is an add-on of. */
  parentId?: string
  label: string
  currency: string
  cycle: Cycle
  quantity: number
  /** The product itself for one period, without options, before any coupon. */
  amountMinor: bigint
  /** The product with its options for one period, before any coupon. */
  recurringMinor: bigint
  priceId: string | null
  taxClass: string
  couponId: string | null
  /** Periods after the first that the coupon still lowers; null with a coupon: for ever. */
  couponCyclesLeft: number | null
  /** What else lowers later periods. */
  discounts: readonly ServiceDiscountSpec[]
  bonds: readonly string[]
  zone: string
  anchorOn: IsoDate
  /** The day on which the first period ends and the next one starts; null when nothing recurs. */
  chargedThrough: IsoDate | null
  nextPeriodOn: IsoDate | null
  /** Number of the next period to be charged, counted from 0 at the anchor. */
  periodIndex: number
  /** Periods still to be charged; null goes on. */
  periodsLeft: number | null
  /** The day after the trial that it begins with. */
  trialEndsOn: IsoDate | null
  /** Charged time before the anchor. */
  spans: readonly Span[]
  deliveryOn: 'order' | 'payment' | 'acceptance' | 'never'
  instanceId: string | null
  serverGroupId: string | null
  moduleSettings: Readonly<Record<string, unknown>>
  options: readonly ServiceOptionSpec[]
  fields: readonly ServiceFieldSpec[]
}

/** What lowers later periods of a service, taken off in order of `position`: below 100 before its coupon, else after it. */
export interface ServiceDiscountSpec {
  position: number
  cause: string
  causeId: string
  label: string
  percentPpm: number | null
  amountMinor: bigint | null
  /** Null is for ever. */
  periodsLeft: number | null
  /** Shared by services whose discounts stand and fall together. */
  bond: string | null
}

export interface ServiceOptionSpec {
  optionId: string
  valueId: string | null
  quantity: number
  value: string
  label: string
  /** For one period, all units. */
  amountMinor: bigint
  setting: string | null
  moduleValue: string | null
  priceId: string | null
  /** How the steps of its price came to the amount; null without steps. */
  pricing: string | null
}

export interface ServiceFieldSpec {
  fieldId: string
  label: string
  value: string
  setting: string | null
}

export interface IssuedInvoice {
  id: string
  taxMinor: bigint
  totalMinor: bigint
}

export interface InvoiceStanding {
  /** State of the invoice's lifecycle. */
  status: string
  /** Allocated from payments and credit. */
  paidMinor: bigint
}

export interface OrderPorts {
  createServices(
    means: Means,
    trx: Trx,
    specs: readonly ServiceSpec[],
    actor: Actor,
  ): Promise<{ id: string }[]>
  issueInvoice(means: Means, trx: Trx, draft: DraftInvoice, actor: Actor): Promise<IssuedInvoice>
  invoiceStanding(queries: Queries, invoiceId: string): Promise<InvoiceStanding>
  /** Voids what nobody paid, and credits what money came for or what was given up. */
  takeBackInvoice(
    means: Means,
    trx: Trx,
    act: { invoiceId: string; reason: string },
    actor: Actor,
  ): Promise<void>
  /** Books the refund of all that was paid and enqueues its way back to the source. */
  refundInvoice(
    means: Means,
    trx: Trx,
    act: { invoiceId: string; reason: string },
    actor: Actor,
  ): Promise<unknown>
  /**
   * After the mark: nothing of what these services are is made or charged, and no document for what the order brought is
   * collected, until they are trusted again; what is live is held.
   */
  suspectServices(
    means: Means,
    trx: Trx,
    act: { orderId: string; serviceIds: readonly string[]; note: string },
    actor: Actor,
  ): Promise<void>
  /** After the mark was taken back. */
  trustServices(
    means: Means,
    trx: Trx,
    act: { orderId: string; serviceIds: readonly string[] },
    actor: Actor,
  ): Promise<void>
  /** Ends services of an order that fell through: nothing more is charged, what was delivered is taken down. */
  endServices(
    means: Means,
    trx: Trx,
    act: { serviceIds: readonly string[]; reason: string },
    actor: Actor,
  ): Promise<void>
}

export interface OrderDeps extends OrderPorts {
  means: Means
}
