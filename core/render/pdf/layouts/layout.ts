import type { TableLook } from '../blocks.ts'
import type { DocumentStyle } from '../document-style.ts'
import type { Foot } from '../foot.ts'
import type { Letter } from '../heading.ts'
import type { Margin, Sheet } from '../sheet.ts'

/** One way to draw papers: what it may differ in. The body (lines, sums, taxes, notes) is the same in all. */
export interface Layout {
  base: number
  margin: Margin
  table(style: DocumentStyle): TableLook
  /** Everything above the lines; leaves the sheet where they begin. */
  head(sheet: Sheet, letter: Letter): void
  /** What goes with the total: behind it, or a line above it. */
  total: 'rule' | 'filled'
  foot(letter: Letter): Foot
  /** On each page after the first, above the content. */
  next?(sheet: Sheet, letter: Letter): void
}
