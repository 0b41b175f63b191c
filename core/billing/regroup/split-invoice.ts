import { Type } from '../../../sdk/index.ts'
import { invalidInput, isoDate } from '../../kernel/index.ts'
import { defineVerb, findRow, type Means } from '../../records/index.ts'
import type { InvoiceLineRow, InvoiceRow } from '../invoice.ts'
import { linesOfDocuments, lockOpen, replaceDocuments } from './replace-documents.ts'

/** Makes two documents of an unpaid one: the lines named, and the rest. Answers both. */
export const splitInvoice = defineVerb(
  {
    permission: 'invoice.split',
    asks: ['invoice.issue:check', 'invoice.void:check'],
    audience: ['staff'],
    input: Type.Object({
      invoice_id: Type.String(),
      /** Lines by position that go on a document of their own. */
      positions: Type.Array(Type.Integer({ minimum: 1 }), { minItems: 1, maxItems: 500, uniqueItems: true }),
      /** When the lines named are due; without, as before. */
      due_on: Type.Optional(Type.String({ format: 'date' })),
      reason: Type.String({ minLength: 1, maxLength: 500 }),
    }),
  },
  async (means: Means, input, actor): Promise<InvoiceRow[]> => {
    await findRow(means.db, actor, { table: 'invoices', what: 'invoice', id: input.invoice_id })
    return means.db.transaction(async (trx) => {
      const invoices = await lockOpen(trx, [input.invoice_id])
      const [invoice] = invoices
      const lines = await linesOfDocuments(trx, [input.invoice_id])
      const parts = twoOf(lines, input.positions)
      const dueOn = input.due_on === undefined ? invoice!.due_on : isoDate(input.due_on)
      const wanted = [
        { lines: parts.named, dueOn },
        { lines: parts.rest, dueOn: invoice!.due_on },
      ]
      const { reason } = input
      return replaceDocuments(means, trx, { kind: 'split', invoices, parts: wanted, reason }, actor)
    })
  },
)

/** Neither part may be empty or below zero: a discount stays with what it lowers. */
function twoOf(lines: readonly InvoiceLineRow[], positions: readonly number[]) {
  const unknown = positions.find((position) => !lines.some((line) => line.position === position))
  if (unknown !== undefined) throw invalidInput({ positions: `the document has no line ${unknown}` })
  const named = lines.filter((line) => positions.includes(line.position))
  const rest = lines.filter((line) => !positions.includes(line.position))
  if (rest.length === 0) throw invalidInput({ positions: 'leave nothing for the other document' })
  const sum = (of: readonly InvoiceLineRow[]) => of.reduce((total, line) => total + line.amount_minor, 0n)
  if (sum(named) < 0n || sum(rest) < 0n)
    throw invalidInput({ positions: 'make a document below zero; keep a discount with what it lowers' })
  return { named, rest }
}
