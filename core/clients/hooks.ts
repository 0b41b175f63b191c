import { declareEvent } from '../events/index.ts'
import { declareCheck } from '../records/index.ts'

/** What plugins and webhooks may hear and refuse of this area beyond its lifecycles. */
declareEvent('client.created', 'A client exists, made by sign-up, checkout or staff.')
declareEvent('client.changed', 'Fields of a client were changed. Body: changed (names of fields).')
declareCheck(
  'client.change:check',
  'Before the record of a client is changed, by staff or by the client. Facts: changed (names of fields; contacts or memberships for those), and as they would be kind, country, currency, email_host.',
)
declareCheck(
  'client.create:check',
  'Before a client is added by sign-up, checkout, staff or a second account. The subject is the brand. Facts: kind, country, currency, email_host.',
)
