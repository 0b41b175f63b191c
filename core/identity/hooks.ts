import { declareEvent } from '../events/index.ts'
import { declareCheck } from '../records/index.ts'

/** What plugins and webhooks may hear and refuse of this area beyond its lifecycles. */
declareEvent('user.signed_in', 'A user signed in with a password. Body: address.')
declareEvent('user.email_verified', 'A user followed the link that proves an address.')
declareCheck('session.start:check', 'After the right password, before the session. Facts: address.')
