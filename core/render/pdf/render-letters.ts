import type { InvoiceDocument } from './invoice-document.ts'
import type { RenderOptions } from './render-invoice-pdf.ts'

export interface PrintedLetter {
  document: InvoiceDocument
  options: RenderOptions
}

export interface LettersFile {
  title: string
  /** Printed on both sides: a letter of an odd number of pages is followed by an empty one. */
  duplex: boolean
}

/** One file of several documents, each on pages of its own. */
export async function renderLetters(letters: readonly PrintedLetter[], file: LettersFile): Promise<Buffer> {
  const { drawLetters } = await import('./draw-letters.ts')
  return drawLetters(letters, file)
}
