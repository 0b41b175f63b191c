import type { Frame } from './frame.ts'
import { Html } from './html.ts'

/** Answers the markup of a small part that follows from its key and the reader's language, and from nothing else. */
export type DrawnOnce = (key: string, draw: () => Html) => Html

/**
 * Answers the markup that follows from an object which stays the same, such as the rows of a table; the key tells parts
 * of one object apart. What is not frozen is drawn anew each time, and so is what holds the reader's form token.
 */
export type DrawnOf = (of: object, key: string, draw: () => Html) => Html

/** What a template knows of its reader beside what it is given: the rest of the frame belongs to layouts. */
type Reader = Pick<Frame, 'locale' | 'zone' | 'today' | 'csrf'>

export interface KeptParts {
  once: (locale: string) => DrawnOnce
  of: (reader: Reader) => DrawnOf
}

/** For those who change templates while we run. */
export const partsDrawnAnew: KeptParts = {
  once: () => (_key, draw) => draw(),
  of: () => (_of, _key, draw) => draw(),
}

/** Of a language; some hundred bytes each. */
const KEPT_MAX = 2_000
/** Of an object: parts, languages and zones. */
const KEPT_OF_MAX = 8

/** Days and states stand in row after row of every list: each is drawn once for a language, and kept until there are too many. */
export function keptParts(): KeptParts {
  const ofLocales = new Map<string, DrawnOnce>()
  const ofObjects = new WeakMap<object, DrawnPart[]>()
  return {
    once(locale) {
      let drawnOnce = ofLocales.get(locale)
      if (!drawnOnce) ofLocales.set(locale, (drawnOnce = partsOfOne()))
      return drawnOnce
    },
    of: (reader) => (of, key, draw) => {
      if (!Object.isFrozen(of)) return draw()
      const parts = ofObjects.get(of) ?? []
      const known = parts.find((part) => part.key === key && isFor(part, reader))
      if (known) return known.html
      const html = flat(draw())
      if (reader.csrf !== '' && html.bytes.includes(reader.csrf)) return html
      if (parts.length >= KEPT_OF_MAX) parts.length = 0
      const { locale, zone, today } = reader
      parts.push({ key, locale, zone, today, html })
      ofObjects.set(of, parts)
      return html
    },
  }
}

interface DrawnPart extends Omit<Reader, 'csrf'> {
  key: string
  html: Html
}

const isFor = (part: DrawnPart, { locale, zone, today }: Reader): boolean =>
  part.locale === locale && part.zone === zone && part.today === today

/** A text put together from hundreds of pieces is put together again by each page that holds it; a copy is one piece. */
const flat = ({ bytes }: Html): Html => new Html(Buffer.from(bytes, 'latin1').toString('latin1'))

function partsOfOne(): DrawnOnce {
  const kept = new Map<string, Html>()
  return (key, draw) => {
    let html = kept.get(key)
    if (html === undefined) {
      html = draw()
      if (kept.size >= KEPT_MAX) kept.clear()
      kept.set(key, html)
    }
    return html
  }
}
