import { assert } from '../../kernel/index.ts'
import { PLAIN_STYLE } from './document-style.ts'
import { drawOn } from './draw-invoice.ts'
import type { LettersFile, PrintedLetter } from './render-letters.ts'
import { openBook } from './sheet.ts'

export function drawLetters(
  letters: readonly PrintedLetter[],
  { title, duplex }: LettersFile,
): Promise<Buffer> {
  const [first] = letters
  assert(first, 'a file of letters has one at least')
  const { locale, issuedOn, seller } = first.document
  const { paper } = first.options.style ?? PLAIN_STYLE
  const madeAt = new Date(`${issuedOn}T00:00:00Z`)
  const book = openBook({ size: paper, locale, title, author: seller.name, madeAt }, duplex)
  for (const { document, options } of letters) drawOn(document, { ...options, book })
  return book.finish()
}
