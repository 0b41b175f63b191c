import { declareEvent } from '../events/index.ts'

/** What plugins and webhooks may hear and refuse of this area beyond its lifecycles. */
declareEvent(
  'gift_card.issued',
  'A gift card was bought or given. Body: amount, origin, expires_on. Never its code.',
)
declareEvent(
  'gift_card.redeemed',
  'A gift card, or part of it, became credit of a client. Body: client_id, amount, left_minor.',
)
declareEvent('dispute.reported', 'A gateway reports a dispute. Body: payment_id, invoice_id, reason.')
