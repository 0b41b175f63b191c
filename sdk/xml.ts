/** An element of a document; texts and elements in the order in which they stand. */
export interface Xml {
  name: string
  attributes?: Readonly<Record<string, string>>
  children?: readonly (Xml | string)[]
}

/** An element as `parseXml` answers it: nothing is left out. */
export interface ParsedXml extends Xml {
  attributes: Record<string, string>
  children: (ParsedXml | string)[]
}

/** The text is no XML, or XML that an honest company does not send; the message says what and where. */
export class XmlError extends Error {}

const DEPTH_MAX = 64
const NAME = /[A-Za-z_][\w.:-]*/y
const SPACE = /[ \t\r\n]*/y
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/**
 * Reads a document into its root element. Comments and instructions are passed over. A DOCTYPE and entities of its own
 * are refused: with them a text can ask for files and grow without end. Prefixes stay part of the names.
 */
export function parseXml(text: string): ParsedXml {
  const reader: Reader = { text, at: 0 }
  skipMisc(reader)
  const root = element(reader, 1)
  skipMisc(reader)
  if (reader.at < text.length) refuse(reader, 'something stands behind the root element')
  return root
}

/** All text below an element, without the texts of comments. */
export function xmlText(found: Xml | undefined): string {
  return (found?.children ?? []).map((child) => (typeof child === 'string' ? child : xmlText(child))).join('')
}

/** The first element at a path of names below `from`: `xmlAt(root, 'response', 'result')`. */
export function xmlAt(from: ParsedXml | undefined, ...path: readonly string[]): ParsedXml | undefined {
  const [name, ...rest] = path
  if (name === undefined) return from
  const next = from?.children.find((child) => typeof child !== 'string' && child.name === name)
  return xmlAt(next as ParsedXml | undefined, ...rest)
}

/** Writes an element and what is in it; values are escaped, names must be names. */
export function writeXml({ name, attributes = {}, children = [] }: Xml): string {
  const pairs = Object.entries(attributes).map(([key, value]) => ` ${checked(key)}="${escaped(value)}"`)
  const inner = children.map((child) => (typeof child === 'string' ? escaped(child) : writeXml(child)))
  const start = `<${checked(name)}${pairs.join('')}`
  return inner.length === 0 ? `${start}/>` : `${start}>${inner.join('')}</${name}>`
}

interface Reader {
  text: string
  at: number
}

function refuse({ at }: Reader, reason: string): never {
  throw new XmlError(`It is not XML that is taken: ${reason} (at character ${at}).`)
}

function element(reader: Reader, depth: number): ParsedXml {
  if (depth > DEPTH_MAX) refuse(reader, `it is nested deeper than ${DEPTH_MAX} levels`)
  if (!take(reader, '<')) refuse(reader, 'an element was expected')
  const name = match(reader, NAME) || refuse(reader, 'an element has no name')
  const attributes = attributesOf(reader)
  if (take(reader, '/>')) return { name, attributes, children: [] }
  if (!take(reader, '>')) refuse(reader, `<${name}> is not closed`)
  return { name, attributes, children: childrenOf(reader, name, depth) }
}

function attributesOf(reader: Reader): Record<string, string> {
  const found = new Map<string, string>()
  for (;;) {
    match(reader, SPACE)
    const name = match(reader, NAME)
    if (name === '') return Object.fromEntries(found)
    if (found.has(name)) refuse(reader, `"${name}" stands twice`)
    match(reader, SPACE)
    if (!take(reader, '=')) refuse(reader, `"${name}" has no value`)
    match(reader, SPACE)
    const quote = take(reader, '"')
      ? '"'
      : take(reader, "'")
        ? "'"
        : refuse(reader, `"${name}" has no quotes`)
    const value = until(reader, quote)
    if (value.includes('<')) refuse(reader, `"${name}" holds an element`)
    found.set(name, unescaped(reader, value))
  }
}

function childrenOf(reader: Reader, name: string, depth: number): ParsedXml['children'] {
  const children: ParsedXml['children'] = []
  const add = (text: string) => {
    const last = children.length - 1
    if (typeof children[last] === 'string') children[last] += text
    else if (text !== '') children.push(text)
  }
  while (!take(reader, '</')) {
    if (reader.at >= reader.text.length) refuse(reader, `<${name}> is not closed`)
    if (take(reader, '<![CDATA[')) add(until(reader, ']]>'))
    else if (skipComment(reader)) continue
    else if (reader.text[reader.at] === '<') children.push(element(reader, depth + 1))
    else add(unescaped(reader, textUntilTag(reader)))
  }
  if (match(reader, NAME) !== name) refuse(reader, `<${name}> is closed by another name`)
  match(reader, SPACE)
  if (!take(reader, '>')) refuse(reader, `</${name} has no end`)
  return children
}

/** What may stand around the root. */
function skipMisc(reader: Reader): void {
  do match(reader, SPACE)
  while (skipComment(reader))
  if (reader.text.startsWith('<!', reader.at)) refuse(reader, 'a DOCTYPE is not taken')
}

function skipComment(reader: Reader): boolean {
  if (take(reader, '<!--')) until(reader, '-->')
  else if (take(reader, '<?')) until(reader, '?>')
  else return false
  return true
}

function take(reader: Reader, mark: string): boolean {
  if (!reader.text.startsWith(mark, reader.at)) return false
  reader.at += mark.length
  return true
}

function match(reader: Reader, pattern: RegExp): string {
  pattern.lastIndex = reader.at
  const found = pattern.exec(reader.text)?.[0] ?? ''
  reader.at += found.length
  return found
}

function until(reader: Reader, mark: string): string {
  const end = reader.text.indexOf(mark, reader.at)
  if (end < 0) refuse(reader, `"${mark}" is missing`)
  const found = reader.text.slice(reader.at, end)
  reader.at = end + mark.length
  return found
}

function textUntilTag(reader: Reader): string {
  const end = reader.text.indexOf('<', reader.at)
  const found = reader.text.slice(reader.at, end < 0 ? undefined : end)
  reader.at += found.length
  return found
}

/** Five entities and characters by number; an ampersand that begins neither is no XML. */
function unescaped(reader: Reader, text: string): string {
  let plain = ''
  let from = 0
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', from)) {
    const mark = /^[^;&]{1,10};/.exec(text.slice(at + 1, at + 12))?.[0] ?? ''
    plain +=
      text.slice(from, at) + (characterOf(mark.slice(0, -1)) ?? refuse(reader, `"&${mark}" is not known`))
    from = at + 1 + mark.length
  }
  return plain + text.slice(from)
}

function characterOf(name: string): string | undefined {
  if (Object.hasOwn(ENTITIES, name)) return ENTITIES[name]
  const [, hex, decimal] = /^#(?:x([0-9a-fA-F]+)|(\d+))$/.exec(name) ?? []
  const code = hex === undefined ? Number(decimal ?? 0) : parseInt(hex, 16)
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined
}

const MARKS: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' }
const escaped = (text: string): string => text.replace(/[&<>"']/g, (mark) => `&${MARKS[mark]};`)

function checked(name: string): string {
  NAME.lastIndex = 0
  if (NAME.exec(name)?.[0] !== name)
    throw new XmlError(`"${name}" is not the name of an element or attribute.`)
  return name
}
