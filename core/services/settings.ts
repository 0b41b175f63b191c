import { Type } from '../../sdk/index.ts'
import { defineSetting } from '../records/index.ts'

/** Days before the end of a trial or a fixed term on which the client is told. */
export const announceEnds = defineSetting({
  key: 'services.announce_ends',
  schema: Type.Integer({ minimum: 1, maximum: 60 }),
  preset: 3,
  scopes: ['installation'],
})

export const invoiceSuspended = defineSetting({
  key: 'services.invoice_suspended',
  schema: Type.Boolean(),
  preset: true,
  scopes: ['installation', 'brand'],
})
