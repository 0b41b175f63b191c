import { declareEvent } from '../events/index.ts'

/** What plugins and webhooks may hear and refuse of this area beyond its lifecycles. */
declareEvent('brand.changed', 'Settings of a brand were changed.')
