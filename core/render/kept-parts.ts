import type { Html } from './html.ts'

/** Answers the markup of a small part that follows from its key and the reader's language, and from nothing else. */
export type DrawnOnce = (key: string, draw: () => Html) => Html

/** For those who change templates while we run. */
export const partsDrawnAnew = (): DrawnOnce => (_key, draw) => draw()

/** Of a language; some hundred bytes each. */
const KEPT_MAX = 2_000

/** Days and states stand in row after row of every list: each is drawn once for a language, and kept until there are too many. */
export function keptParts(): (locale: string) => DrawnOnce {
  const ofLocales = new Map<string, DrawnOnce>()
  return (locale) => {
    let drawnOnce = ofLocales.get(locale)
    if (!drawnOnce) ofLocales.set(locale, (drawnOnce = partsOfOne()))
    return drawnOnce
  }
}

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
