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
declareEvent('credit.granted', 'Credit was given to a client. Body: id, origin, amount, expires_on.')
declareEvent('credit.revoked', 'What was left of given credit was taken back. Body: id, origin, amount.')
declareEvent('credit.expired', 'What was left of given credit has ended. Body: id, origin, amount.')
declareEvent('agreement.found', 'A gateway charges something by itself that was not known. Body: id, label.')
declareEvent('payout.sent', 'A gateway has sent money to our bank. Body: id, amount.')
declareEvent(
  'method.refused',
  'A saved method will not work again: its mandate was revoked. Body: id, label, code, reason.',
)
declareEvent('dispute.reported', 'A gateway reports a dispute. Body: payment_id, invoice_id, reason.')
declareEvent(
  'invoice.proforma_issued',
  'A proforma was issued; the invoice follows when it is paid. Body as of invoice.issued.',
)
declareEvent('receipt.issued', 'The document of a deposit was issued. Body as of invoice.issued.')
declareEvent(
  'billable_item.created',
  'Something outside products is to be charged. Body: id, name, timing, cycle.',
)
declareEvent('billable_item.stopped', 'It is charged no further. Body: id, name, done.')
declareEvent(
  'invoice.regrouped',
  'Documents were merged or split: void ones and those that stand for them. Body: id, kind, from, to.',
)
declareEvent(
  'instalment_plan.agreed',
  'An invoice is to be paid in parts. Body: id, invoice_id, parts, first_on, every.',
)
declareEvent(
  'instalment_plan.part_paid',
  'Parts of an invoice were paid, not all of it. Body as of invoice.paid, with invoice_id and how many parts are paid.',
)
declareEvent(
  'authorisation.capture_due',
  'Reserved money ends soon and nobody has taken it. Body: id, payment_id, invoice_id, amount, expires_at.',
)
