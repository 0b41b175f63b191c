import type { UntaxedPrice } from '../billing/index.ts'
import type { Cycle, Instant, IsoDate } from '../kernel/index.ts'
import type { DeliveryStatus } from './delivery-lifecycle.ts'
import type { ServerStatus } from './server-lifecycle.ts'
import type { BillingStatus, DeliveryState } from './service-lifecycle.ts'

export interface ServiceRow {
  id: string
  brand_id: string
  client_id: string
  product_id: string
  parent_id: string | null
  order_item_id: string | null
  label: string
  billing_status: BillingStatus
  delivery_status: DeliveryState
  currency: string
  cycle: Cycle
  quantity: number
  price_id: string | null
  /** Price of the product itself for one period and the whole quantity. */
  amount_minor: bigint
  /** The whole of one period before discounts: the product and its options. */
  recurring_minor: bigint
  tax_class: string
  /** What is paid of its gross prices while no tax is owed: as its seller sold when it was ordered. */
  untaxed_price: UntaxedPrice
  coupon_id: string | null
  /** Periods for which the coupon still counts; null is for ever. */
  coupon_cycles_left: number | null
  zone: string
  anchor_on: IsoDate | null
  /** Number of the next period to be charged, counted from the anchor; 0 begins on the anchor. */
  period_index: number
  next_period_on: IsoDate | null
  charged_through: IsoDate | null
  /** Periods still to be charged; null goes on. With 0 it ends on the day up to which it is charged. */
  periods_left: number | null
  /** Units that changes took from the stock of its product; what its order took stands at the order. */
  stock_held: number
  /** The day after the trial that it began with. */
  trial_ends_on: IsoDate | null
  /** Spans as JSON: charged time that the periods of the anchor do not count. */
  spans: string | null
  /** Set while nothing is charged because the service rests. */
  paused_on: IsoDate | null
  /** Up to when its hours are on a document; null for what is not charged by the hour. */
  metered_until: Instant | null
  /** When it ended, as long as its last hours are not charged. */
  metered_end: Instant | null
  auto_charge: number
  method_id: string | null
  suspend_after: IsoDate | null
  grace_days: number | null
  terminate_days: number | null
  cancel_on: IsoDate | null
  cancel_reason: string | null
  ended_on: IsoDate | null
  delivery_on: 'order' | 'payment' | 'acceptance' | 'never'
  instance_id: string | null
  server_group_id: string | null
  server_id: string | null
  remote_id: string | null
  module_settings: string
  generation: number
  change_due: number
  delivered_at: Instant | null
  parked_reason: string | null
  version: number
  created_at: Instant
  updated_at: Instant
}

export interface ServiceOptionRow {
  service_id: string
  option_id: string
  value_id: string | null
  quantity: number
  value: string
  label: string
  /** For one period and the whole quantity of option and service. */
  amount_minor: bigint
  setting: string | null
  module_value: string | null
  price_id: string | null
  /** How the steps of its price came to the amount; null without steps. */
  pricing: string | null
}

export interface ServiceFieldRow {
  service_id: string
  field_id: string
  label: string
  value: string
  setting: string | null
}

export const holdReasons = ['overdue', 'abuse', 'fraud', 'staff', 'client', 'plugin', 'parent'] as const
/** "fraud" goes with the mark of the order alone, and is told outside as abuse. "plugin" stands while at least one plugin holds the service; "parent" is the hold of a part whose whole is held. */
export type HoldReason = (typeof holdReasons)[number]

/** What provider and client are told: a suspicion is nobody's business but the shop's. */
export const toldReason = (reason: HoldReason): Exclude<HoldReason, 'fraud'> =>
  reason === 'fraud' ? 'abuse' : reason

export interface HoldRow {
  service_id: string
  reason: HoldReason
  note: string | null
  placed_by: string
  placed_at: Instant
}

export interface ServerRow {
  id: string
  instance_id: string
  group_id: string | null
  name: string
  settings: string
  /** Places as staff set them; null is no limit. */
  capacity: number | null
  /** A CapacityReport, as its plugin told it last; null once that is too long ago. */
  told_capacity: string | null
  /** Accounts that fit by it; null is no limit. */
  told_free: number | null
  /** Places within the server that are full, as JSON. */
  told_full: string
  told_at: Instant | null
  status: ServerStatus
  last_contact_at: Instant | null
  last_problem: string | null
  /** How often in a row it has not answered when it was asked how it is. */
  unanswered: number
  version: number
  created_at: Instant
  updated_at: Instant
}

export type DeliveryAction = 'create' | 'suspend' | 'release' | 'change' | 'terminate'
/**
 * What the next run does: choose a server, call the action, look whether an earlier call went through, ask whether the
 * provider has finished, take back what was made, or nothing because a person does the work.
 */
export type DeliveryStep = 'choose_server' | 'call' | 'look' | 'poll' | 'undo' | 'by_hand'

export interface DeliveryRow {
  id: string
  brand_id: string
  client_id: string
  service_id: string
  action: DeliveryAction
  generation: number
  status: DeliveryStatus
  step: DeliveryStep
  server_id: string | null
  attempts: number
  failure: FailureName | null
  problem: string | null
  payload: string
  cause: string | null
  /** Of a release: the hold that went last. */
  reason: HoldReason | null
  next_try_at: Instant | null
  busy_until: Instant | null
  started_at: Instant | null
  ended_at: Instant | null
  version: number
  created_at: Instant
  updated_at: Instant
}

export type FailureName =
  | 'paid_not_delivered'
  | 'timed_out'
  | 'agent_unreachable'
  | 'out_of_stock'
  | 'bad_credentials'
  | 'invalid_settings'
  | 'refused'

export interface ChangeRow {
  id: string
  brand_id: string
  client_id: string
  service_id: string
  kind: 'plan' | 'options' | 'renewal' | 'pause'
  status: string
  before_state: string
  after_state: string
  effective_on: IsoDate
  invoice_id: string | null
  amount_minor: bigint
  currency: string
  /** Units of the product it leads to, taken from the stock until it is applied or dropped. */
  stock_held: number
  actor: string
  version: number
  created_at: Instant
  updated_at: Instant
}

export interface CancellationRow {
  id: string
  brand_id: string
  client_id: string
  service_id: string
  at: 'now' | 'end'
  reason: string
  /** Of the reasons that the shop asks for. */
  reason_id: string | null
  effective_on: IsoDate
  status: string
  /** What of the unused time was given back, tax included, and the document that says so. */
  returned_minor: bigint
  credit_note_id: string | null
  requested_by: string
  version: number
  created_at: Instant
  updated_at: Instant
}
