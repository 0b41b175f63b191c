import type { Translate } from '../../i18n/index.ts'
import type { InvoiceLineRow } from '../invoice.ts'

/** What a line says to a reader: lines that the machine wrote by itself are told in the reader's language. */
export function lineText(t: Translate, line: Pick<InvoiceLineRow, 'kind' | 'description' | 'trace'>): string {
  if (line.kind === 'deposit') return t('documents.line.deposit')
  if (line.kind === 'surcharge') {
    const { gateway } = JSON.parse(line.trace) as { gateway?: string }
    return gateway ? t('documents.line.surcharge', { gateway }) : line.description
  }
  if (line.kind !== 'late_fee') return line.description
  const { number, step } = JSON.parse(line.trace) as { number?: string; step?: number }
  if (!number || !step) return line.description
  return t(step === 1 ? 'documents.line.late_fee' : 'documents.line.late_fee_again', { number, step })
}
