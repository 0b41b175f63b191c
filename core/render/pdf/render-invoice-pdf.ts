import type { Translate } from '../../i18n/index.ts'
import type { DocumentStyle } from './document-style.ts'
import type { InvoiceDocument } from './invoice-document.ts'

export interface RenderOptions {
  /** Words of the document's language. */
  t: Translate
  /** Hears of characters that no font has; a visible mark stands in their place. */
  onMissing(characters: string): void
  /** Plain when absent. */
  style?: DocumentStyle
  /** XML of Factur-X in the profile EN 16931: the PDF becomes a PDF/A-3 that carries it. */
  facturX?: string
  /** TTF files asked for what our own fonts lack, such as Chinese. */
  fonts?: readonly string[]
}

/** The PDF of an issued document. The same document gives the same bytes. The PDF library is loaded at first use. */
export async function renderInvoicePdf(doc: InvoiceDocument, options: RenderOptions): Promise<Buffer> {
  const { drawInvoice } = await import('./draw-invoice.ts')
  return drawInvoice(doc, options)
}
