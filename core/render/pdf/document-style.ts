export const layoutNames = ['classic', 'modern', 'compact'] as const
export type LayoutName = (typeof layoutNames)[number]
export type PaperSize = 'A4' | 'LETTER'

/** The edition that documents get from now on. */
export const LAYOUT_EDITION = 1

/** How the papers of a brand look. */
export interface DocumentStyle {
  layout: LayoutName
  /** Of all layouts: where the drawing of one changes there is a further edition, and what was issued keeps its own. */
  edition: number
  paper: PaperSize
  /** "#3550c8": bands, heads of tables, the link. */
  accent: string
  /** Where the buyer's address stands: below the seller, or where the window of an envelope is. */
  address: 'below' | 'window'
  /** PNG or JPEG that `logoProblem` found none in. */
  logo?: Buffer
  logoPlace: 'start' | 'end'
  /** Texts beside each other at the foot of each page; none: what the seller is. */
  columns: readonly string[]
}

export const PLAIN_STYLE: DocumentStyle = {
  layout: 'classic',
  edition: LAYOUT_EDITION,
  paper: 'A4',
  accent: '#3550c8',
  address: 'below',
  logoPlace: 'start',
  columns: [],
}
