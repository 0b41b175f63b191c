import { Type } from '../../../sdk/index.ts'
import { invalidInput, isoDate } from '../../kernel/index.ts'
import { defineVerb, findRow, type Means } from '../../records/index.ts'
import type { InvoiceRow } from '../invoice.ts'
import { linesOfDocuments, lockOpen, replaceDocuments } from './replace-documents.ts'

/** Makes one document of several unpaid ones of a client; it is due when the first of them was, or on a day. */
export const mergeInvoices = defineVerb(
  {
    permission: 'invoice.merge',
    asks: ['invoice.issue:check', 'invoice.void:check'],
    audience: ['staff'],
    input: Type.Object({
      invoice_ids: Type.Array(Type.String(), { minItems: 2, maxItems: 50, uniqueItems: true }),
      due_on: Type.Optional(Type.String({ format: 'date' })),
      reason: Type.String({ minLength: 1, maxLength: 500 }),
    }),
  },
  async (means: Means, input, actor): Promise<InvoiceRow> => {
    for (const id of input.invoice_ids)
      await findRow(means.db, actor, { table: 'invoices', what: 'invoice', id })
    return means.db.transaction(async (trx) => {
      const invoices = await lockOpen(trx, input.invoice_ids)
      refuseUnlike(invoices)
      const earliest = invoices.map((row) => row.due_on).sort()[0]!
      const dueOn = input.due_on === undefined ? earliest : isoDate(input.due_on)
      const lines = await linesOfDocuments(trx, input.invoice_ids)
      const parts = [{ lines, dueOn }]
      const { reason } = input
      const [merged] = await replaceDocuments(means, trx, { kind: 'merged', invoices, parts, reason }, actor)
      return merged!
    })
  },
)

const ALIKE = ['client_id', 'brand_id', 'currency', 'seller_id', 'prices_include_tax', 'proforma'] as const

function refuseUnlike(invoices: readonly InvoiceRow[]): void {
  const [first, ...rest] = invoices
  const differs = ALIKE.find((column) => rest.some((row) => row[column] !== first![column]))
  if (differs)
    throw invalidInput({ invoice_ids: `differ in ${differs.replace('_id', '').replaceAll('_', ' ')}` })
}
