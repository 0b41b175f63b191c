import { declareEvent } from '../events/index.ts'
import { declareCheck } from '../records/index.ts'

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
declareEvent(
  'credit_note.issued',
  'A document was corrected by a credit note, or unused time became credit. Body as of invoice.issued, of the note.',
)
declareEvent(
  'invoice.sent_to_collections',
  'An unpaid document went to collections: no reminders and automatic charges from then on. Body: id, number.',
)
declareEvent(
  'invoice.recalled_from_collections',
  'It was taken back from collections: reminders and charges go on. Body: id, number.',
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
  'A part of an invoice was paid, not all of the invoice: once for each part, in order, also when several are paid at once, and again when money of it was taken back and it is paid anew. Body as of invoice.paid, with id (of the plan), invoice_id, part (its number) and paid (how many parts are paid now).',
)
declareEvent(
  'authorisation.capture_due',
  'Reserved money ends soon and nobody has taken it. Body: id, payment_id, invoice_id, amount, expires_at.',
)
declareCheck(
  'refund.create:check',
  'Before staff give money back, by any way. The subject is the payment. Facts: amount_minor, currency, destination, invoice_id (the document that it is of; null for none in particular), taken_from (credit_note, credit or goodwill: what pays for it), credit_note (whether one is issued).',
  true,
)
declareCheck(
  'credit_note.issue:check',
  'Before staff credit a document, by itself or with a refund. The subject is the document. Facts: total_minor (of the note, below zero), currency.',
  true,
)
declareCheck(
  'invoice.send_to_collections:check',
  'Before staff hand an unpaid document to collections. No facts.',
)
declareCheck(
  'invoice.recall_from_collections:check',
  'Before staff take a document back from collections. No facts.',
)
declareCheck(
  'credit.grant:check',
  'Before staff give credit that nobody paid for. The subject is the client. Facts: amount_minor, currency, origin (promotional or goodwill), expires_on.',
)
declareCheck(
  'credit.revoke:check',
  'Before staff take back what is left of given credit. Facts: amount_minor (what is left), currency, origin.',
)
declareCheck(
  'gift_card.issue:check',
  'Before staff give a gift card away. The subject is the brand. Facts: amount_minor, currency, expires_on (null: by the setting of the brand).',
)
declareCheck(
  'gift_card.redeem:check',
  'Before a gift card, or part of it, becomes credit of a client. Facts: amount_minor, currency.',
  true,
)
declareCheck(
  'instalment_plan.agree:check',
  'Before a document is to be paid in parts, by staff or by the client. The subject is the document. Facts: open_minor, currency, parts, first_on, every, fee_minor.',
)
declareCheck(
  'billable_item.create:check',
  'Before something outside products is to be charged. The subject is the client. Facts: name, timing, cycle, times, on, amount_minor (of one time), currency.',
)
declareCheck(
  'billable_item.stop:check',
  'Before it is charged no further. Facts: name, done (how often it was charged).',
)
declareCheck(
  'client.change_terms:check',
  'Before staff give one client settings of its own, or take them away. Facts: settings (their keys).',
)
declareEvent(
  'invoice.charge_refused',
  'A plugin has refused the automatic charge of a saved method; the next try of the plan asks again. Body: id, number, reason.',
)
declareCheck(
  'payment.charge:check',
  'Before a saved method is charged: by staff, by the client, by the plan of a due document or by a refill of credit. The subject is the client. Facts: amount_minor, currency, invoice_ids (none: a refill), method_id, instance_id. An automatic charge that is refused is noted at its document, and the next try asks again; one that is not answered is tried again as a job.',
  true,
)
declareCheck(
  'dispute.submit_evidence:check',
  'Before staff send our side of a dispute to its gateway. Facts: fields (which of them have a text).',
  true,
)
