import { JSON_DEPTH, JSON_NODES } from './limits.ts'

const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype'])

export const NOT_JSON = 'it is not JSON'

/** The text is JSON of a kind that we take from no outsider; the message says which. */
export class UnsafeJson extends Error {}

/** Parses what a plugin, or a caller of the API, sent. Depth and size are measured before anything is built. Throws UnsafeJson. */
export function parseGuarded(text: string): unknown {
  measure(text)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new UnsafeJson(NOT_JSON)
  }
  refuseForbiddenKeys(value)
  return value
}

const QUOTE = 34
const COMMA = 44
const BACKSLASH = 92

function measure(text: string): void {
  let depth = 0
  let nodes = 1
  let inText = false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (inText) {
      if (code === BACKSLASH) i++
      else if (code === QUOTE) inText = false
      continue
    }
    if (code === QUOTE) inText = true
    else if (code === COMMA) nodes++
    else if (isOpening(code)) {
      nodes++
      if (++depth > JSON_DEPTH) throw new UnsafeJson(`it is nested deeper than ${JSON_DEPTH} levels`)
    } else if (isClosing(code)) depth--
    if (nodes > JSON_NODES) throw new UnsafeJson(`it has more than ${JSON_NODES} values`)
  }
}

const isOpening = (code: number) => code === 91 || code === 123
const isClosing = (code: number) => code === 93 || code === 125

function refuseForbiddenKeys(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) return value.forEach(refuseForbiddenKeys)
  for (const [key, inner] of Object.entries(value)) {
    if (FORBIDDEN_KEYS.has(key)) throw new UnsafeJson(`it uses the key "${key}"`)
    refuseForbiddenKeys(inner)
  }
}
