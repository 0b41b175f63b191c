import PDFDocument from 'pdfkit'
import { directionOf } from '../../i18n/index.ts'
import type { Faces, Weight } from './fonts.ts'
import { attachFacturX } from './factur-x.ts'
import { createSetter, type Line, type Setter } from './set-text.ts'
import { createStructure, type Structure } from './structure.ts'

export type PaperSize = 'A4' | 'LETTER'

export interface SheetOptions {
  faces: Faces
  size: PaperSize
  locale: string
  title: string
  author: string
  /** Stands for the moment at which the file was made, so that the same document has the same bytes. */
  madeAt: Date
  facturX?: string
  onMissing(characters: string): void
}

export interface Look {
  size?: number
  weight?: Weight
  colour?: string
  align?: 'start' | 'end'
  /** Absolute address that a click opens. */
  link?: string
}

/** Points; `x` counts from the start edge: the left one, or the right one in languages from right to left. */
export interface Box extends Look {
  x: number
  y: number
  width: number
}

export interface Stroke {
  x?: number
  width?: number
  thickness?: number
  colour?: string
}

export interface Sheet extends Pick<Structure, 'tag' | 'artifact'> {
  /** Width of the content, in points. */
  readonly width: number
  /** Where the next block starts. */
  y: number
  /** Below this nothing but the footer stands. */
  bottom: number
  /** Draws a text and answers its height. */
  text(text: string, box: Box): number
  height(text: string, width: number, look?: Look): number
  measure(text: string, look?: Look): number
  /** The lines into which a text breaks at this width. */
  lines(text: string, width: number, look?: Look): string[]
  rule(y: number, stroke?: Stroke): void
  nextPage(): void
  /** Goes to the next page unless `height` points are left on this one. */
  keep(height: number): void
  /** Calls `draw` on every page, once all of them are there. */
  eachPage(draw: (page: number, pages: number) => void): void
  finish(): Promise<Buffer>
}

export const INK = '#1b2130'
export const SOFT = '#5b6475'
export const HAIR = '#dce0e7'
export const SIZE = 9
export const MARGIN = 54
export const LEADING = 1.45

/** Joined forms of Arabic and the places of its vowel marks. */
const RTL_FEATURES: PDFKit.Mixins.OpenTypeFeatures[] = [
  'ccmp',
  'rtla',
  'init',
  'medi',
  'fina',
  'isol',
  'liga',
  'rlig',
  'mark',
  'mkmk',
]

export function createSheet(options: SheetOptions): Sheet {
  const doc = openDocument(options)
  const finished = collect(doc)
  const setter = setterFor(doc, options)
  const structure = createStructure(doc)
  const mirrored = directionOf(options.locale) === 'rtl'
  const width = doc.page.width - 2 * MARGIN
  const leftOf = (x: number, length: number) => (mirrored ? MARGIN + width - x - length : MARGIN + x)

  const sheet: Sheet = {
    width,
    y: MARGIN,
    bottom: doc.page.height - MARGIN,
    tag: structure.tag,
    artifact: structure.artifact,
    text(text, box) {
      const lines = setter.set(text, styleOf(box), box.width)
      const toRight = (box.align === 'end') !== mirrored
      const left = leftOf(box.x, box.width)
      structure.content(() => {
        lines.forEach((line, i) => {
          const x = toRight ? left + box.width - line.width : left
          drawLine(doc, line, { ...box, x, y: box.y + i * leading(box) })
        })
      })
      return lines.length * leading(box)
    },
    height: (text, within, look = {}) => setter.set(text, styleOf(look), within).length * leading(look),
    measure: (text, look = {}) => setter.measure(text, styleOf(look)),
    lines: (text, within, look = {}) => setter.breaks(text, styleOf(look), within),
    rule(y, { x = 0, width: length = width - x, thickness = 0.6, colour = HAIR } = {}) {
      const left = leftOf(x, length)
      structure.artifact(() => {
        doc
          .moveTo(left, y)
          .lineTo(left + length, y)
          .lineWidth(thickness)
          .strokeColor(colour)
          .stroke()
      })
    },
    nextPage() {
      doc.addPage()
      sheet.y = MARGIN
    },
    keep: (height) => void (sheet.y + height > sheet.bottom && sheet.nextPage()),
    eachPage(draw) {
      const { start, count } = doc.bufferedPageRange()
      for (let page = 1; page <= count; page++) {
        doc.switchToPage(start + page - 1)
        structure.artifact(() => draw(page, count))
      }
    },
    finish() {
      structure.end()
      doc.end()
      return finished
    },
  }
  return sheet
}

const styleOf = ({ size = SIZE, weight = 'regular' }: Look) => ({ size, weight })
const leading = ({ size = SIZE }: Look): number => size * LEADING

/** What pdfkit understands as "none"; its types know only names. */
const NO_FONT = null as unknown as string

function openDocument(options: SheetOptions): PDFKit.PDFDocument {
  const { size, locale, title, madeAt, facturX } = options
  // pdfkit writes the author into XML as it is.
  const author = facturX === undefined ? options.author : options.author.replace(/[&<>]/g, ' ')
  const doc = new PDFDocument({
    ...(facturX === undefined ? {} : { subset: 'PDF/A-3b' as const }),
    // Helvetica would be read for each document.
    font: NO_FONT,
    size,
    margin: 0,
    bufferPages: true,
    tagged: true,
    lang: locale,
    displayTitle: true,
    pdfVersion: '1.7',
    info: {
      Title: title,
      Author: author,
      Producer: 'Berth',
      Creator: 'Berth',
      CreationDate: madeAt,
      ModDate: madeAt,
    },
  })
  if (facturX !== undefined) attachFacturX(doc, facturX, madeAt)
  return doc
}

function collect(doc: PDFKit.PDFDocument): Promise<Buffer> {
  const chunks: Buffer[] = []
  return new Promise((resolve, reject) => {
    doc.on('data', (chunk: Buffer) => chunks.push(chunk))
    doc.on('end', () => resolve(Buffer.concat(chunks)))
    doc.on('error', reject)
  })
}

function setterFor(doc: PDFKit.PDFDocument, { faces, onMissing }: SheetOptions): Setter {
  for (const { name, font } of [...faces.regular, ...faces.bold]) {
    // pdfkit takes an open font as well as a file; its types know only files.
    doc.registerFont(name, font as unknown as PDFKit.Mixins.PDFFontSource)
  }
  return createSetter({
    faces,
    onMissing,
    widthOf: (face, text, size, rtl) =>
      rtl
        ? doc.font(face.name).fontSize(size).widthOfString(text, featuresOf(rtl))
        : (face.width(text) * size) / 1000,
  })
}

/** `box.x` is the left edge of the line on the page here. */
function drawLine(doc: PDFKit.PDFDocument, line: Line, box: Box): void {
  const { size = SIZE, colour = INK, link } = box
  doc.fontSize(size).fillColor(colour)
  let x = box.x
  for (const { face, text, rtl, width } of line.pieces) {
    doc.font(face.name).text(text, x, box.y, { lineBreak: false, ...featuresOf(rtl) })
    x += width
  }
  if (link) doc.link(box.x, box.y, line.width, size * LEADING, link)
}

const featuresOf = (rtl: boolean): PDFKit.Mixins.TextOptions => (rtl ? { features: RTL_FEATURES } : {})
