import { randomBytes } from '../kernel/index.ts'
import type { Frame } from './frame.ts'
import { Html, show } from './html.ts'

/** Draws a layout around a body, in bytes. */
export type DrawLayout = (frame: Frame, body: Html) => string

/** What a layout is drawn from besides the frame: what the page filled in, such as lines for the head. */
export type Fills = ReadonlyMap<string, Html>

/** Puts the layout of the frame around the body, in bytes. */
export type Around = (frame: Frame, content: { body: Html; fills: Fills }, draw: DrawLayout) => string

/** For those who change templates while we run. */
export const drawnAnew: Around = (frame, { body }, draw) => draw(frame, body)

/** What differs from page to page of one reader. A layout shows these as they are and decides nothing by them. */
type OpenPlace = 'title' | 'csrf' | 'path' | 'body'

/** Text, place, text, … */
type Pieces = readonly string[]

/** Some 30 kB each. */
const KEPT_MAX = 200

/**
 * The layout around a page is the same, byte for byte, while everything in its frame is: it is drawn once, cut at the
 * places that differ from page to page, and put together from then on. Frames are compared whole, so that a right, a
 * count or a language that changes is seen at once, and nobody meets the frame of somebody else.
 */
export function keptLayouts(): Around {
  const kept = new Map<string, Pieces>()
  // Nobody who writes a text that we show can know these.
  const marks = marksWith(randomBytes(12).toString('hex'))
  return (frame, { body, fills }, draw) => {
    if (isOnce(frame)) return draw(frame, body)
    const key = keyOf(frame, fills)
    let pieces = kept.get(key)
    if (!pieces) {
      pieces = draw(marked(frame, marks.of), new Html(marks.of('body'))).split(marks.pattern)
      if (kept.size >= KEPT_MAX) kept.clear()
      kept.set(key, pieces)
    }
    return filledIn(pieces, frame, body)
  }
}

/** Messages are for one page, and the clock of a sample shop never stands still. */
const isOnce = ({ flashes, sample }: Frame): boolean => sample !== undefined || (flashes?.length ?? 0) > 0

/** Numbers stand for the parts of a frame, most of which are the same objects from page to page. */
function keyOf(frame: Frame, fills: Fills): string {
  let own = ''
  for (const name in frame) {
    const value = keyedValue(frame, name as keyof Frame)
    own += ` ${name}:${typeof value === 'object' && value !== null ? idOf(value) : JSON.stringify(value)}`
  }
  return fills.size === 0 ? own : JSON.stringify([own, [...fills].map(([name, html]) => [name, html.bytes])])
}

/** Of what differs from page to page only whether it is there; messages are none here, and layouts have no slots. */
function keyedValue(frame: Frame, name: keyof Frame): Frame[keyof Frame] | boolean {
  switch (name) {
    case 'title':
    case 'slots':
    case 'flashes':
      return false
    case 'csrf':
      return frame.csrf === ''
    case 'path':
      return frame.path === undefined
    default:
      return frame[name]
  }
}

/** A number for a part of a frame, the same for equal parts. */
function idOf(part: object): number {
  let id = ids.get(part)
  if (id === undefined) {
    const text = JSON.stringify(part)
    if (idsByText.size >= KEPT_MAX) idsByText.clear()
    idsByText.set(text, (id = idsByText.get(text) ?? ++lastId))
    if (Object.isFrozen(part)) ids.set(part, id)
  }
  return id
}

const ids = new WeakMap<object, number>()
const idsByText = new Map<string, number>()
/** Counted on, never begun anew: a number names one part for ever. */
let lastId = 0

function marksWith(secret: string) {
  return {
    of: (place: OpenPlace) => `open-${place}-${secret}`,
    pattern: new RegExp(`open-(title|csrf|path|body)-${secret}`),
  }
}

const marked = (frame: Frame, markOf: (place: OpenPlace) => string): Frame => ({
  ...frame,
  title: markOf('title'),
  csrf: frame.csrf === '' ? '' : markOf('csrf'),
  ...(frame.path === undefined ? {} : { path: markOf('path') }),
})

function filledIn(pieces: Pieces, frame: Frame, body: Html): string {
  const values = {
    title: show(frame.title),
    csrf: show(frame.csrf),
    path: show(frame.path),
    body: body.bytes,
  }
  let bytes = pieces[0]!
  for (let i = 1; i < pieces.length; i += 2) bytes += values[pieces[i] as OpenPlace] + pieces[i + 1]!
  return bytes
}
