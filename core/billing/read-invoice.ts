import { Type } from '../../sdk/index.ts'
import { defineVerb, type Means } from '../records/index.ts'
import { getInvoice, type Invoice } from './invoice.ts'

/** One document with its parts; of another client or brand it is not found. */
export const readInvoice = defineVerb(
  {
    permission: 'invoice.read',
    audience: ['staff', 'client'],
    input: Type.Object({ invoice_id: Type.String() }),
  },
  (means: Means, { invoice_id }, actor): Promise<Invoice> => getInvoice(means.db, invoice_id, actor),
)
