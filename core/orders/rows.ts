import type { Instant } from '../kernel/index.ts'
import type { orderLifecycle } from './order-lifecycle.ts'

export type OrderStatus = (typeof orderLifecycle.states)[number]

/** What its client sees: a suspicion is nobody's business but the shop's, which looks at the order. */
export const toldStatus = (status: OrderStatus): Exclude<OrderStatus, 'fraud'> =>
  status === 'fraud' ? 'held' : status

export interface OrderRow {
  id: string
  brand_id: string
  client_id: string
  number: string
  status: OrderStatus
  currency: string
  subtotal_minor: bigint
  discount_minor: bigint
  tax_minor: bigint
  total_minor: bigint
  coupon_id: string | null
  coupon_code: string | null
  invoice_id: string | null
  instance_id: string | null
  access_key_hash: string
  placed_by: string
  address: string
  agent: string
  /** JSON */
  evidence: string
  /** JSON: version, accepted_at, accepted_by */
  terms: string
  hold_reason: string | null
  note: string | null
  placed_at: Instant
  version: number
}

export interface OrderItemRow {
  id: string
  order_id: string
  parent_id: string | null
  product_id: string
  service_id: string | null
  name: string
  cycle: string
  quantity: number
  amount_minor: bigint
  setup_minor: bigint
  discount_minor: bigint
  stock_held: number
  /** JSON: options, fields, lines with their traces */
  choices: string
  position: number
}
