import { declareEvent } from '../events/index.ts'

/** What plugins and webhooks may hear and refuse of this area beyond its lifecycles. */
declareEvent('dispute.reported', 'A gateway reports a dispute. Body: payment_id, invoice_id, reason.')
