import { declareEvent } from '../events/index.ts'
import { declareCheck } from '../records/index.ts'

/** What plugins and webhooks may hear and refuse of this area beyond its lifecycles. */
declareEvent('user.signed_in', 'A user signed in with a password. Body: address.')
declareEvent('user.signed_out', 'A user signed out. A session that runs out by itself says nothing.')
declareEvent(
  'user.password_changed',
  'A password was changed, or set by the link of a reset or an invitation. Never the password.',
)
declareEvent('user.email_verified', 'A user followed the link that proves an address.')
declareEvent(
  'user.email_changed',
  'A user followed the link at another address: with it one signs in from now on. Neither address is in it.',
)
declareCheck('session.start:check', 'After the right password, before the session. Facts: address.')
