/**
 * Markup that is safe to put into a page as it stands. Everything else a template shows is escaped.
 *
 * Pages are put together from bytes: texts in which each letter stands for one byte of UTF-8. A single letter beyond
 * Latin-1, such as the euro sign, makes the engine keep a whole page in two bytes a letter, and turning that into UTF-8
 * took longer than drawing the page. What is bytes is never shown to anybody but the socket.
 */
export class Html {
  readonly bytes: string
  constructor(bytes: string) {
    this.bytes = bytes
  }
  get text(): string {
    return Buffer.from(this.bytes, 'latin1').toString('utf8')
  }
  toString(): string {
    return this.text
  }
}

/** Marks text as markup. Only for markup that we made ourselves or that came out of the sanitiser. */
export const trustedHtml = (text: string): Html => new Html(toBytes(text))

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export function escapeText(text: string): string {
  return /[&<>"']/.test(text) ? text.replace(/[&<>"']/g, (mark) => ENTITIES[mark]!) : text
}

/** Text as bytes, its own markup left as it is. */
export function toBytes(text: string): string {
  return BEYOND_ASCII.test(text) ? bytesOf(text) : text
}

/** Escaped and as bytes. */
function shown(text: string): string {
  if (!SPECIAL.test(text)) return text
  let bytes = shownBefore.get(text)
  if (bytes === undefined) {
    bytes = escapeText(toBytes(text))
    if (text.length <= SHORT) {
      if (shownBefore.size >= SHOWN_MAX) shownBefore.clear()
      shownBefore.set(text, bytes)
    }
  }
  return bytes
}

/** Amounts, and the words of most languages, stand on page after page, and finding their bytes is cheaper than making them. */
const shownBefore = new Map<string, string>()
const SHORT = 60
const SHOWN_MAX = 5_000

const BEYOND_ASCII = /[\u0080-\uffff]/
const SPECIAL = /[&<>"'\u0080-\uffff]/

/**
 * A part of a text that holds wide letters stays wide, even where it holds none itself, and one wide part makes the
 * whole page wide: so the bytes are taken of the text as a whole.
 */
const bytesOf = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')

/** What `<%= value %>` writes, as bytes: markup as it is, nothing for null and undefined, all else escaped. */
export function show(value: unknown): string {
  if (typeof value === 'string') return shown(value)
  if (value instanceof Html) return value.bytes
  if (value === null || value === undefined || value === false) return ''
  if (Array.isArray(value)) return value.map(show).join('')
  if (typeof value === 'object') throw new TypeError('A template shows an object; show one of its fields.')
  return shown(String(value))
}

/** Attributes from a record: true writes the bare name, false, null and undefined write nothing. */
export const attributes = (values: Record<string, unknown> | undefined): Html =>
  new Html(showAttributes(values))

/** What `<%= attrs(values) %>` writes. */
export function showAttributes(values: Record<string, unknown> | undefined): string {
  let text = ''
  for (const name in values) {
    const value = values[name]
    if (value === false || value === null || value === undefined) continue
    if (!allowed.has(name)) allow(name)
    text += value === true ? ` ${name}` : ` ${name}="${shown(String(value))}"`
  }
  return text
}

/** Names checked before; there are some dozens of them in a theme. */
const allowed = new Set<string>()

function allow(name: string): void {
  if (!/^[a-z][a-z0-9:_.-]*$/.test(name) || /^(on|style$|hx-on)/.test(name)) {
    throw new TypeError(`"${name}" may not be an attribute: no scripts and no styles in markup.`)
  }
  allowed.add(name)
}
