import { StatementInvalid } from './statement.ts'

/** An element without its prefix, where it begins, and the text right inside it. */
export interface XmlNode {
  name: string
  line: number
  attributes: Readonly<Record<string, string>>
  text: string
  nodes: XmlNode[]
}

const DEPTH_MAX = 60
const TOKEN = /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?[\s\S]*?\?>|<![^>]*>|<\/?[^<>]*>|[^<]+|</g
const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/**
 * Reads the XML of a bank: elements, attributes and text, nothing else. Definitions of types and entities are refused,
 * because a file that brings its own can grow without bounds or ask for others.
 */
export function readXml(source: string): XmlNode {
  const text = source.replace(/^\uFEFF/, '')
  const root: XmlNode = { name: '', line: 1, attributes: {}, text: '', nodes: [] }
  const open: XmlNode[] = [root]
  let line = 1
  for (const [token] of text.matchAll(TOKEN)) {
    take(token, open, line)
    line += token.split('\n').length - 1
  }
  if (open.length > 1) throw StatementInvalid({ line, problem: `<${open.at(-1)!.name}> is not closed` })
  const [top, ...others] = root.nodes
  if (!top || others.length > 0)
    throw StatementInvalid({
      line: others[0]?.line ?? 1,
      problem: 'there is not one element around all others',
    })
  return top
}

function take(token: string, open: XmlNode[], line: number): void {
  const parent = open.at(-1)!
  if (token.startsWith('<!--') || token.startsWith('<?')) return
  if (token.startsWith('<![CDATA[')) return void (parent.text += token.slice(9, -3))
  if (token.startsWith('<!')) throw StatementInvalid({ line, problem: 'definitions of types are not taken' })
  if (token.startsWith('</')) return close(token.slice(2, -1).trim(), open, line)
  if (token === '<' || (token.startsWith('<') && !token.endsWith('>')))
    throw StatementInvalid({ line, problem: 'an element is not written to its end' })
  if (token.startsWith('<')) return begin(token, open, line)
  if (open.length === 1 && token.trim() !== '')
    throw StatementInvalid({ line, problem: 'text outside of all elements' })
  parent.text += decode(token, line)
}

function begin(token: string, open: XmlNode[], line: number): void {
  const isEmpty = token.endsWith('/>')
  const inner = token.slice(1, isEmpty ? -2 : -1)
  const match = /^([A-Za-z_][\w.:-]*)((?:\s+[A-Za-z_][\w.:-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*$/.exec(inner)
  if (!match) throw StatementInvalid({ line, problem: `"${token.slice(0, 60)}" is not an element` })
  const attributes = Object.fromEntries(
    [...match[2]!.matchAll(/([A-Za-z_][\w.:-]*)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)].map((one) => [
      one[1]!,
      decode(one[2] ?? one[3] ?? '', line),
    ]),
  )
  const node: XmlNode = { name: bare(match[1]!), line, attributes, text: '', nodes: [] }
  open.at(-1)!.nodes.push(node)
  if (isEmpty) return
  if (open.length > DEPTH_MAX)
    throw StatementInvalid({ line, problem: 'elements stand too deep in each other' })
  open.push(node)
}

function close(name: string, open: XmlNode[], line: number): void {
  const node = open.length > 1 ? open.pop() : undefined
  if (node?.name !== bare(name))
    throw StatementInvalid({ line, problem: `</${name}> closes what was not opened last` })
}

const bare = (name: string): string => name.slice(name.indexOf(':') + 1)

function decode(text: string, line: number): string {
  return text.replace(/&([^;&\s]{0,10});?/g, (whole, name: string) => {
    const code = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}))$/.exec(name)
    const point = code ? Number.parseInt(code[1] ?? code[2]!, code[1] ? 16 : 10) : NaN
    const known = whole.endsWith(';') ? NAMED[name] : undefined
    if (known !== undefined) return known
    if (whole.endsWith(';') && point > 0 && point <= 0x10ffff) return String.fromCodePoint(point)
    throw StatementInvalid({ line, problem: `"${whole}" is not a sign of XML` })
  })
}

/** The first element down a path of names; undefined where one is missing. */
export function at(node: XmlNode | undefined, ...path: readonly string[]): XmlNode | undefined {
  return path.reduce<XmlNode | undefined>((from, name) => from?.nodes.find((one) => one.name === name), node)
}

export const allAt = (node: XmlNode | undefined, name: string): XmlNode[] =>
  node?.nodes.filter((one) => one.name === name) ?? []

export function textAt(node: XmlNode | undefined, ...path: readonly string[]): string | null {
  const text = at(node, ...path)?.text.trim()
  return text ? text.replace(/\s+/g, ' ') : null
}
