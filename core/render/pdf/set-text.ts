import type { Face, Faces, Weight } from './fonts.ts'
import { visualRuns } from './visual-runs.ts'

/** A piece of a line in one face, ready to be drawn at its place from the left. */
export interface Piece {
  face: Face
  text: string
  rtl: boolean
  width: number
}

export interface Line {
  pieces: readonly Piece[]
  width: number
}

export interface Setter {
  /** Breaks a text into lines of at most `width` points. Line ends in the text are kept. */
  breaks(text: string, style: Style, width: number): string[]
  /** The same lines, each as pieces from the left to the right. */
  set(text: string, style: Style, width: number): Line[]
  /** Points that the text needs on one line. */
  measure(text: string, style: Style): number
}

export interface Style {
  weight: Weight
  size: number
}

export interface SetterMeans {
  faces: Faces
  /** Width in points of a text of one face and direction. */
  widthOf(face: Face, text: string, size: number, rtl: boolean): number
  /** Hears of characters that no face has; U+FFFD stands in their place. */
  onMissing(characters: string): void
}

const REPLACEMENT = '\ufffd'

export function createSetter(means: SetterMeans): Setter {
  const composed = new Map<string, Line>()
  /** A text is measured, broken and drawn: its line is composed once. */
  const compose = (text: string, style: Style): Line => {
    const key = `${style.weight} ${style.size} ${text}`
    const line = composed.get(key) ?? composeLine(text, style)
    composed.set(key, line)
    return line
  }
  const composeLine = (text: string, style: Style): Line => {
    const pieces = visualRuns(text).flatMap((run) => {
      const cut = cutByFace(means, run.text, style.weight)
      const inOrder = run.rtl ? cut.toReversed() : cut
      return inOrder.map((part) => ({
        ...part,
        rtl: run.rtl,
        width: means.widthOf(part.face, part.text, style.size, run.rtl),
      }))
    })
    return { pieces, width: pieces.reduce((sum, piece) => sum + piece.width, 0) }
  }
  const measure = (text: string, style: Style) => compose(clean(text), style).width

  const breaks = (text: string, style: Style, width: number) =>
    clean(text)
      .split('\n')
      .flatMap((paragraph) => breakLines(paragraph, width, (part) => measure(part, style)))

  return {
    measure,
    breaks,
    set: (text, style, width) => breaks(text, style, width).map((line) => compose(line, style)),
  }
}

/** One form for letters with accents, one kind of line end, no control characters. */
function clean(text: string): string {
  if (/^[ -~]*$/.test(text)) return text
  return text
    .normalize('NFC')
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replace(/[\0-\x09\x0b-\x1f\x7f-\x9f]/g, ' ')
}

/** Puts as many words on a line as fit; a word wider than a line is cut. */
function breakLines(paragraph: string, width: number, measure: (text: string) => number): string[] {
  if (measure(paragraph) <= width) return [paragraph.trimEnd()]
  const lines: string[] = []
  let line = ''
  for (const word of paragraph.split(/(?<=[ \t])/)) {
    if (line !== '' && measure((line + word).trimEnd()) > width) {
      lines.push(line.trimEnd())
      line = ''
    }
    line += word
    while (measure(line.trimEnd()) > width) {
      const fitting = fittingLength(line, width, measure)
      lines.push(line.slice(0, fitting))
      line = line.slice(fitting)
    }
  }
  return [...lines, line.trimEnd()]
}

function fittingLength(text: string, width: number, measure: (text: string) => number): number {
  let length = 0
  for (const character of text) {
    if (length > 0 && measure(text.slice(0, length + character.length)) > width) break
    length += character.length
  }
  return length
}

/** Runs of characters that one face has. What none has is reported and drawn as a visible mark, never left out. */
function cutByFace(means: SetterMeans, text: string, weight: Weight): { face: Face; text: string }[] {
  const faces = means.faces[weight]
  const first = faces[0]!
  const parts: { face: Face; text: string }[] = []
  let missing = ''
  for (const character of text) {
    const face = faces.find((candidate) => candidate.has(character.codePointAt(0)!))
    if (!face) missing += character
    const last = parts.at(-1)
    const shown = face ? character : REPLACEMENT
    if (last && last.face === (face ?? first)) last.text += shown
    else parts.push({ face: face ?? first, text: shown })
  }
  if (missing !== '') means.onMissing(missing)
  return parts
}
