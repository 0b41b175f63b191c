import { creditableByHand, getInvoice } from '../../../billing/index.ts'
import type { DangerView, Field } from '../blocks.ts'
import { filled, type Asked, type Desk } from '../desk.ts'
import { invoiceMove } from './invoice-moves.ts'
import { lineParts, shownLines } from './note-lines.ts'

/** Name of the field of a line by its position. */
export const lineField = (position: number): string => `line_${position}`

/** Credits a document as a whole, or lines of it by the amounts that are typed beside them. */
export async function creditPage(desk: Desk, asked: Asked): Promise<DangerView> {
  const { t, means, actor } = desk
  const whole = await invoiceMove('credit')(desk, asked)
  const invoice = await getInvoice(means.db, asked.params.id!, actor)
  const { currency } = invoice
  const fields = shownLines(await creditableByHand(means.db, invoice)).map((one): Field => ({
    ...filled(asked, lineField(one.line.position)),
    ...{ kind: 'money', currency, required: false, ...lineParts(desk, one, currency) },
  }))
  return { ...whole, text: t('admin.invoices.credit.parts'), fields }
}
