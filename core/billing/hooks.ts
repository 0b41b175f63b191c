import { declareEvent } from '../events/index.ts'

/** What plugins and webhooks may hear and refuse of this area beyond its lifecycles. */
declareEvent('credit.granted', 'Credit was given to a client. Body: id, origin, amount, expires_on.')
declareEvent('credit.revoked', 'What was left of given credit was taken back. Body: id, origin, amount.')
declareEvent('credit.expired', 'What was left of given credit has ended. Body: id, origin, amount.')
declareEvent('dispute.reported', 'A gateway reports a dispute. Body: payment_id, invoice_id, reason.')
