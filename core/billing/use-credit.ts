import { Type } from '../../sdk/index.ts'
import { defineVerb, findRow, type Means } from '../records/index.ts'
import { NothingToPay } from './payments/errors.ts'
import type { InvoiceRow } from './invoice.ts'
import { applyPart } from './credit/apply-credit.ts'
import { lockInvoice } from './settle-invoice.ts'

/** Pays an open invoice from the client's credit, as far as the credit reaches or as much as is said. */
export const useCredit = defineVerb(
  {
    permission: 'invoice.use_credit',
    asksNobody: 'the money is the client’s own, and what gave it was asked about',
    audience: ['staff', 'client'],
    input: Type.Object({
      invoice_id: Type.String(),
      /** Minor units; absent: as far as the credit reaches. */
      amount_minor: Type.Optional(Type.String({ pattern: '^[1-9]\\d{0,14}$' })),
    }),
  },
  async (means: Means, input, actor): Promise<InvoiceRow> => {
    const { id, number, status } = await findRow<InvoiceRow>(means.db, actor, {
      table: 'invoices',
      what: 'invoice',
      id: input.invoice_id,
      scope: { right: 'invoice.use_credit' },
    })
    if (status !== 'issued') throw NothingToPay({ number: number ?? id, status })
    return means.db.transaction(async (trx) => {
      const invoice = await lockInvoice(trx, id)
      const mostMinor = input.amount_minor === undefined ? invoice.total_minor : BigInt(input.amount_minor)
      return applyPart(means, trx, { invoice, mostMinor }, actor)
    })
  },
)
