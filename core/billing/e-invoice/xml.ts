/** A branch of an XML document: text, or elements in their order. Nothing and empty branches are left out. */
export type Node = Element | null | false
export type Element = readonly [name: string, content: string | readonly Node[], attributes?: Attributes]
type Attributes = Readonly<Record<string, string>>

export function writeXml(root: Element): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${write(root, '')}`
}

/** No element may be empty but those that a schema demands: they are given as `[name, '']`. */
function write([name, content, attributes = {}]: Element, indent: string): string {
  const head = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${escape(value)}"`)
    .join('')
  if (typeof content === 'string')
    return content === ''
      ? `${indent}<${name}${head}/>\n`
      : `${indent}<${name}${head}>${escape(content)}</${name}>\n`
  const inner = content
    .filter((node): node is Element => Boolean(node))
    .map((node) => write(node, `${indent}  `))
    .join('')
  return inner === '' ? '' : `${indent}<${name}${head}>\n${inner}${indent}</${name}>\n`
}

const escape = (text: string): string =>
  text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')

export const when = <T>(value: T | null | undefined | '', make: (value: T) => Element): Node =>
  value === null || value === undefined || value === '' ? null : make(value)
