import type { Translate } from '../../i18n/index.ts'
import type { Row } from './blocks.ts'
import type { DocumentStyle } from './document-style.ts'
import type { DocumentSeller } from './invoice-document.ts'

/** What stands above and below the body of every paper, whatever it is. */
export interface Heading {
  title: string
  /** Below the title: a number, or the days of a statement. */
  number: string
  seller: DocumentSeller
  to: Receiver
  facts: readonly Row[]
  /** The one sentence that most readers look for. */
  amount?: string
  link?: { text: string; url: string }
}

export interface Receiver {
  /** "Billed to". */
  label: string
  /** Name first, place last. */
  lines: readonly string[]
  /** The country by its name. */
  country: string
  /** The seller's own: a letter within it does not name it. */
  domestic: boolean
  /** What is no part of the address, such as a tax id. */
  fact?: Row
}

/** Where a layout draws: what is said, how, and the words of its language. */
export interface Letter {
  heading: Heading
  style: DocumentStyle
  t: Translate
}
