import { declareEvent } from '../events/index.ts'
import { declareCheck } from '../records/index.ts'

/** What plugins and webhooks may hear and refuse of this area beyond its lifecycles. */
declareEvent(
  'order.placed',
  'An order and its invoice exist. Body: number, invoice_id, service_ids, currency, total_minor, on_credit (delivered before it is paid).',
)
declareCheck(
  'order.place:check',
  'Before an order is written. The subject is the cart, or the client of an order without one. Facts: currency, items (product_id, net_minor).',
)
declareEvent(
  'order.reserved',
  'Money is reserved for an accepted order, so what waits for its payment is delivered. Body: id, number, service_ids.',
)
