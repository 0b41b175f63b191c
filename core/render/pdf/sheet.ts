import PDFDocument from 'pdfkit'
import { directionOf } from '../../i18n/index.ts'
import type { Faces, Weight } from './fonts.ts'
import type { PaperSize } from './document-style.ts'
import { attachFacturX } from './factur-x.ts'
import { createSetter, type Line, type Setter } from './set-text.ts'
import { createStructure, type Structure } from './structure.ts'

/** What is said of a file. */
export interface BookOptions {
  size: PaperSize
  locale: string
  title: string
  author: string
  /** Stands for the moment at which the file was made, so that the same document has the same bytes. */
  madeAt: Date
  facturX?: string
}

export interface SheetOptions extends BookOptions {
  faces: Faces
  onMissing(characters: string): void
  /** Size of the text where a look says none; 9 when absent. */
  base?: number
  margin?: Margin
}

/** Points that stay free at the edges of each page. */
export interface Margin {
  start: number
  end: number
  top: number
  bottom: number
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

/** A part of a page; `x` counts from the start edge of the content and may lie outside of it. */
export interface Area {
  x: number
  y: number
  width: number
  height: number
}

export interface Sheet extends Pick<Structure, 'tag' | 'artifact'> {
  /** Width of the content, in points. */
  readonly width: number
  readonly page: { readonly width: number; readonly height: number }
  readonly margin: Margin
  /** Size of the text where a look says none. */
  readonly base: number
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
  fill(area: Area, colour: string, radius?: number): void
  /** Draws a PNG or JPEG as large as the area allows, at one end of it, in the middle of its height. */
  image(bytes: Buffer, area: Area, align?: 'start' | 'end'): void
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
export const LEADING = 1.45

const SIZE = 9
const MARGINS: Margin = { start: 54, end: 54, top: 54, bottom: 54 }

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

/** A file of several papers, one behind the other. */
export interface Book {
  doc: PDFKit.PDFDocument
  structure: Structure
  /** Each paper begins on a sheet of its own when both sides are printed. */
  duplex: boolean
  finish(): Promise<Buffer>
}

export function openBook(options: BookOptions, duplex = false): Book {
  const doc = openDocument(options)
  const finished = collect(doc)
  const structure = createStructure(doc)
  return {
    ...{ doc, structure, duplex },
    finish() {
      structure.end()
      doc.end()
      return finished
    },
  }
}

/** The first page of a paper; answers how many pages stand before it. */
function turnPage({ doc, duplex }: Book, size: PaperSize): number {
  const pages = () => doc.bufferedPageRange().count
  if (duplex && pages() % 2 === 1) doc.addPage()
  const before = pages()
  doc.addPage({ size, margin: 0 })
  return before
}

/** @param book of which this is a further paper; absent, it is a file of its own */
export function createSheet(options: SheetOptions, book = openBook(options)): Sheet {
  const { doc, structure, finish } = book
  const before = turnPage(book, options.size)
  const setter = setterFor(doc, options)
  const mirrored = directionOf(options.locale) === 'rtl'
  const { base = SIZE, margin = MARGINS } = options
  const page = { width: doc.page.width, height: doc.page.height }
  const width = page.width - margin.start - margin.end
  const leftOf = (x: number, length: number) =>
    mirrored ? margin.end + width - x - length : margin.start + x
  const styleOf = ({ size = base, weight = 'regular' }: Look) => ({ size, weight })
  const leading = ({ size = base }: Look): number => size * LEADING

  const sheet: Sheet = {
    ...{ width, page, margin, base },
    y: margin.top,
    bottom: page.height - margin.bottom,
    tag: structure.tag,
    artifact: structure.artifact,
    text(text, box) {
      const lines = setter.set(text, styleOf(box), box.width)
      const toRight = (box.align === 'end') !== mirrored
      const left = leftOf(box.x, box.width)
      structure.content(() => {
        lines.forEach((line, i) => {
          const x = toRight ? left + box.width - line.width : left
          drawLine(doc, line, { ...box, size: box.size ?? base, x, y: box.y + i * leading(box) })
        })
      })
      return lines.length * leading(box)
    },
    height: (text, within, look = {}) => setter.set(text, styleOf(look), within).length * leading(look),
    measure: (text, look = {}) => setter.measure(text, styleOf(look)),
    lines: (text, within, look = {}) => setter.breaks(text, styleOf(look), within),
    ...shapes(doc, structure, { width, mirrored, leftOf }),
    nextPage() {
      doc.addPage({ size: options.size, margin: 0 })
      sheet.y = margin.top
    },
    keep: (height) => void (sheet.y + height > sheet.bottom && sheet.nextPage()),
    eachPage(draw) {
      const { start, count } = doc.bufferedPageRange()
      for (let page = 1; page <= count - before; page++) {
        doc.switchToPage(start + before + page - 1)
        structure.artifact(() => draw(page, count - before))
      }
    },
    finish,
  }
  return sheet
}

interface Plane {
  width: number
  mirrored: boolean
  /** The left edge on the page of what begins at `x` and is so long. */
  leftOf(x: number, length: number): number
}

/** What is drawn beside texts: nothing that a reader of the tree meets. */
function shapes(
  doc: PDFKit.PDFDocument,
  { artifact }: Structure,
  { width, mirrored, leftOf }: Plane,
): Pick<Sheet, 'rule' | 'fill' | 'image'> {
  return {
    rule(y, { x = 0, width: length = width - x, thickness = 0.6, colour = HAIR } = {}) {
      const left = leftOf(x, length)
      artifact(() => {
        doc
          .moveTo(left, y)
          .lineTo(left + length, y)
          .lineWidth(thickness)
          .strokeColor(colour)
          .stroke()
      })
    },
    fill({ x, y, width: length, height }, colour, radius = 0) {
      const left = leftOf(x, length)
      artifact(() => {
        doc.roundedRect(left, y, length, height, radius).fillColor(colour).fill()
      })
    },
    image(bytes, { x, y, width: length, height }, align = 'start') {
      const left = leftOf(x, length)
      const side = (align === 'end') !== mirrored ? 'right' : undefined
      artifact(() => {
        doc.image(bytes, left, y, {
          ...{ fit: [length, height], valign: 'center' },
          ...(side ? { align: side } : {}),
        })
      })
    },
  }
}

/** What pdfkit understands as "none"; its types know only names. */
const NO_FONT = null as unknown as string

function openDocument(options: BookOptions): PDFKit.PDFDocument {
  const { size, locale, title, madeAt, facturX } = options
  // pdfkit writes the author into XML as it is.
  const author = facturX === undefined ? options.author : options.author.replace(/[&<>]/g, ' ')
  const doc = new PDFDocument({
    ...(facturX === undefined ? {} : { subset: 'PDF/A-3b' as const }),
    // Helvetica would be read for each document.
    font: NO_FONT,
    size,
    margin: 0,
    autoFirstPage: false,
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
