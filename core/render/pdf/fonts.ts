import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { create, type Font, type GlyphRun } from 'fontkit'

export type Weight = 'regular' | 'bold'

/** A font that stays open for the life of the process: opening it for each document costs ten times the document. */
export interface Face {
  name: string
  font: Font
  has(codePoint: number): boolean
  /** In thousandths of the font's size, word by word as pdfkit draws it. */
  width(text: string): number
}

/** For each weight the faces in the order in which they are asked for a character. */
export type Faces = Readonly<Record<Weight, readonly Face[]>>

const REGULAR = 'dejavu-fonts-ttf/ttf/DejaVuSansCondensed.ttf'
const BOLD = 'dejavu-fonts-ttf/ttf/DejaVuSansCondensed-Bold.ttf'

/** @param extra TTF files of a theme, asked for what our own faces lack */
export function openFaces(extra: readonly string[] = []): Faces {
  const own = createRequire(import.meta.url)
  const regular = openFace(own.resolve(REGULAR))
  const bold = openFace(own.resolve(BOLD))
  const others = extra.map(openFace)
  return { regular: [regular, ...others], bold: [bold, regular, ...others] }
}

const opened = new Map<string, Face>()

function openFace(file: string): Face {
  let face = opened.get(file)
  if (!face) {
    const font = rememberLayouts(create(readFileSync(file)))
    const known = new Map<number, boolean>()
    const has = (codePoint: number) => {
      let answer = known.get(codePoint)
      if (answer === undefined) known.set(codePoint, (answer = font.hasGlyphForCodePoint(codePoint)))
      return answer
    }
    const scale = 1000 / font.unitsPerEm
    const width = (text: string) =>
      text.split(/(?<=[ \t])/).reduce((sum, word) => sum + font.layout(word).advanceWidth * scale, 0)
    face = { name: font.postscriptName, font, has, width }
    opened.set(file, face)
  }
  return face
}

const REMEMBERED = 4000

/**
 * Shaping a word costs more than drawing it, and documents share most of their words. Whoever asks gets its own
 * positions, because pdfkit scales them in place.
 */
function rememberLayouts(font: Font): Font {
  const layouts = new Map<string, GlyphRun>()
  const layout = (text: string, features?: readonly string[]): GlyphRun => {
    if (features) return font.layout(text, features)
    let run = layouts.get(text)
    if (!run) {
      run = font.layout(text)
      if (layouts.size >= REMEMBERED) layouts.clear()
      layouts.set(text, run)
    }
    const positions = run.positions.map((position) => ({ ...position }))
    return { glyphs: run.glyphs, positions, advanceWidth: run.advanceWidth }
  }
  return Object.assign(Object.create(font) as Font, { layout })
}
