import { openFaces } from './fonts.ts'
import type { Heading, Letter } from './heading.ts'
import { layoutOf, type Layout } from './layouts/index.ts'
import { PLAIN_STYLE, type DocumentStyle } from './document-style.ts'
import type { RenderOptions } from './render-invoice-pdf.ts'
import { createSheet, type Book, type Sheet } from './sheet.ts'

/** A sheet with its head drawn, ready for the body. */
export interface Paper {
  sheet: Sheet
  layout: Layout
  style: DocumentStyle
  /** Draws what stands on each page. */
  close(): void
}

export interface PaperFacts {
  locale: string
  /** Of the file. */
  title: string
  madeAt: Date
}

/** @param book of which this is a further paper; absent, it is a file of its own */
export function openPaper(
  heading: Heading,
  facts: PaperFacts,
  { book, ...options }: RenderOptions & { book?: Book },
): Paper {
  const style = options.style ?? PLAIN_STYLE
  const layout = layoutOf(style)
  const letter: Letter = { heading, style, t: options.t }
  const sheet = createSheet(
    {
      ...facts,
      ...{ faces: openFaces(options.fonts), size: style.paper, author: heading.seller.name },
      ...{ base: layout.base, margin: layout.margin, onMissing: options.onMissing },
      ...(options.facturX === undefined ? {} : { facturX: options.facturX }),
    },
    book,
  )
  const foot = layout.foot(letter)
  sheet.bottom -= foot.measure(sheet)
  layout.head(sheet, letter)
  return {
    ...{ sheet, layout, style },
    close: () =>
      sheet.eachPage((page, pages) => {
        if (page > 1) layout.next?.(sheet, letter)
        foot.draw(sheet, { page, pages })
      }),
  }
}
