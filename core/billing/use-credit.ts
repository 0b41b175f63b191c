import { Type } from '../../sdk/index.ts'
import { defineVerb, findRow, type Means } from '../records/index.ts'
import { NothingToPay } from './payments/errors.ts'
import type { InvoiceRow } from './invoice.ts'
import { applyCredit, lockInvoice } from './settle-invoice.ts'

/** Pays an open invoice from the client's credit, as far as the credit reaches. */
export const useCredit = defineVerb(
  {
    permission: 'invoice.use_credit',
    audience: ['staff', 'client'],
    input: Type.Object({ invoice_id: Type.String() }),
  },
  async (means: Means, input, actor): Promise<InvoiceRow> => {
    const { id, number, status } = await findRow<InvoiceRow>(means.db, actor, {
      table: 'invoices',
      what: 'invoice',
      id: input.invoice_id,
      scope: { right: 'invoice.use_credit' },
    })
    if (status !== 'issued') throw NothingToPay({ number: number ?? id, status })
    return means.db.transaction(async (trx) => applyCredit(means, trx, await lockInvoice(trx, id), actor))
  },
)
