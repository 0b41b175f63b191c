import { Type } from '../../sdk/index.ts'
import { defineSetting } from '../records/index.ts'

export const invoiceSuspended = defineSetting({
  key: 'services.invoice_suspended',
  schema: Type.Boolean(),
  preset: true,
  scopes: ['installation', 'brand'],
  label: 'Invoice suspended services',
  hint: 'When off, a suspended service is not charged; after its release charging goes on with the period of that day.',
})
