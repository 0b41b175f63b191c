import { Type } from '../../sdk/index.ts'
import { defineSetting } from '../records/index.ts'

export const invoiceSuspended = defineSetting({
  key: 'services.invoice_suspended',
  schema: Type.Boolean(),
  preset: true,
  scopes: ['installation', 'brand'],
})
