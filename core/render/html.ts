/** Markup that is safe to put into a page as it stands. Everything else a template shows is escaped. */
export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
  toString(): string {
    return this.text
  }
}

/** Marks text as markup. Only for markup that we made ourselves or that came out of the sanitiser. */
export const trustedHtml = (text: string): Html => new Html(text)

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

/** What `<%= value %>` writes: markup as it is, nothing for null and undefined, all else escaped. */
export function show(value: unknown): string {
  if (value instanceof Html) return value.text
  if (typeof value === 'string') return escapeText(value)
  if (value === null || value === undefined || value === false) return ''
  if (Array.isArray(value)) return value.map(show).join('')
  if (typeof value === 'object') throw new TypeError('A template shows an object; show one of its fields.')
  return escapeText(String(value))
}

/** Attributes from a record: true writes the bare name, false, null and undefined write nothing. */
export function attributes(values: Record<string, unknown> | undefined): Html {
  let text = ''
  for (const [name, value] of Object.entries(values ?? {})) {
    if (value === false || value === null || value === undefined) continue
    if (!allowed.has(name)) allow(name)
    text += value === true ? ` ${name}` : ` ${name}="${escapeText(String(value))}"`
  }
  return new Html(text)
}

/** Names checked before; there are some dozens of them in a theme. */
const allowed = new Set<string>()

function allow(name: string): void {
  if (!/^[a-z][a-z0-9:_.-]*$/.test(name) || /^(on|style$|hx-on)/.test(name)) {
    throw new TypeError(`"${name}" may not be an attribute: no scripts and no styles in markup.`)
  }
  allowed.add(name)
}
