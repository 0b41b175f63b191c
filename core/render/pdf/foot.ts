import type { Letter } from './heading.ts'
import { LEADING, SOFT, type Look, type Sheet } from './sheet.ts'

const SIZE = 7
const PAGE_WIDTH = 90
const GUTTER = 18
const ABOVE = 16

/** What stands at the foot of each page. */
export interface Foot {
  /** What it takes of the height of the content. */
  measure(sheet: Sheet): number
  draw(sheet: Sheet, count: { page: number; pages: number }): void
}

/** Beside the number of the page: one text below the other. */
export function lineFoot(letter: Letter, texts: readonly string[], fill?: FootFill): Foot {
  const width = (sheet: Sheet) => sheet.width - PAGE_WIDTH
  const heightOf = (sheet: Sheet) =>
    texts.reduce((sum, text) => sum + sheet.height(text, width(sheet), { size: SIZE }), 0)
  return {
    measure: (sheet) => heightOf(sheet) + ABOVE,
    draw(sheet, count) {
      const look: Look = { size: SIZE, colour: SOFT }
      let y = sheet.bottom + ABOVE + (sheet.margin.bottom - SIZE * LEADING * 2) / 2
      fill?.(sheet, y - 7)
      sheet.rule(y - 7)
      pageNumber(sheet, letter, count, y)
      for (const text of texts) y += sheet.text(text, { ...look, x: 0, y, width: width(sheet) })
    },
  }
}

type FootFill = (sheet: Sheet, y: number) => void

/** Texts beside each other, and the number of the page above them. */
export function columnFoot(letter: Letter, texts: readonly string[], fill?: FootFill): Foot {
  const width = (sheet: Sheet) => (sheet.width - GUTTER * (texts.length - 1)) / texts.length
  const heightOf = (sheet: Sheet) =>
    Math.max(0, ...texts.map((text) => sheet.height(text, width(sheet), { size: SIZE })))
  return {
    measure: (sheet) => Math.max(0, heightOf(sheet) + ABOVE + SIZE * LEADING - sheet.margin.bottom + 26),
    draw(sheet, count) {
      const y = sheet.page.height - 20 - heightOf(sheet)
      fill?.(sheet, y - 8)
      if (!fill) sheet.rule(y - 8)
      pageNumber(sheet, letter, count, y - 10 - SIZE * LEADING)
      texts.forEach((text, i) => {
        const x = i * (width(sheet) + GUTTER)
        sheet.text(text, { size: SIZE, colour: SOFT, x, y, width: width(sheet) })
      })
    },
  }
}

function pageNumber(sheet: Sheet, { t }: Letter, count: { page: number; pages: number }, y: number): void {
  const box = { x: sheet.width - PAGE_WIDTH, y, width: PAGE_WIDTH, align: 'end' } as const
  sheet.text(t('pdf.page', count), { size: SIZE, colour: SOFT, ...box })
}

/** Name, tax id and mail in one line, then what the law asks for. */
export function sellerLines({ heading: { seller }, t }: Letter): string[] {
  const taxId = seller.taxId ? `${t('pdf.tax_id')} ${seller.taxId}` : ''
  const contact = [seller.name, taxId, seller.email ?? ''].filter(Boolean).join('  ·  ')
  return seller.legalText ? [contact, seller.legalText] : [contact]
}

/** The same in columns: who and where, how to reach, what the law asks for. */
export function sellerColumns({ heading: { seller }, t }: Letter): string[] {
  const taxId = seller.taxId ? `${t('pdf.tax_id')} ${seller.taxId}` : ''
  const reach = [seller.email ?? '', taxId].filter(Boolean).join('\n')
  const law = (seller.legalText ?? '').replaceAll(' · ', '\n')
  return [[seller.name, ...seller.addressLines].join('\n'), reach, law].filter(Boolean)
}

/** The columns that the style says, else those that the layout makes. */
export const footOf = (letter: Letter, otherwise: (letter: Letter) => Foot, fill?: FootFill): Foot =>
  letter.style.columns.length > 0 ? columnFoot(letter, letter.style.columns, fill) : otherwise(letter)
