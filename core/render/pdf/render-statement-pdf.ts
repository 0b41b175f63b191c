import type { RenderOptions } from './render-invoice-pdf.ts'
import type { StatementDocument } from './statement-document.ts'

/** The PDF of a statement of account. The PDF library is loaded at first use. */
export async function renderStatementPdf(doc: StatementDocument, options: RenderOptions): Promise<Buffer> {
  const { drawStatement } = await import('./draw-statement.ts')
  return drawStatement(doc, options)
}
