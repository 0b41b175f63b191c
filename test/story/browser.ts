/** A page as a visitor without scripts sees it. */
export interface Page {
  status: number
  /** Where it was found in the end, after all redirects. */
  url: URL
  html: string
  headers: Headers
}

export interface Form {
  action: string
  method: 'get' | 'post'
  /** What the form sends if nobody touches it. */
  fields: [string, string][]
}

const REDIRECTS_MAX = 10

/** Keeps cookies, follows redirects across hosts, and sends forms as they stand on the page. */
export class Browser {
  /** Host → name → value. */
  readonly #cookies = new Map<string, Map<string, string>>()
  readonly #home: string

  constructor(home: string) {
    this.#home = home
  }

  get(path: string): Promise<Page> {
    return this.#send(new URL(path, this.#home), { method: 'GET' })
  }

  /** Fills in the named fields and sends the form. A field that the page does not have is an error of the story. */
  submit(page: Page, form: Form, filled: Readonly<Record<string, string>> = {}): Promise<Page> {
    const rest = form.fields.filter(([name]) => !(name in filled))
    const body = new URLSearchParams([...rest, ...Object.entries(filled)])
    const action = new URL(form.action, page.url)
    if (form.method === 'post') return this.#send(action, { method: 'POST', body, from: page.url.origin })
    action.search = body.toString()
    return this.#send(action, { method: 'GET' })
  }

  /** Opens the page, fills in the form that leads to `action`, sends it, and answers the page that follows. */
  async fill(path: string, action: string | RegExp, filled: Readonly<Record<string, string>>): Promise<Page> {
    const page = await this.get(path)
    return this.submit(page, formOf(page, action), filled)
  }

  async #send(url: URL, asked: { method: string; body?: URLSearchParams; from?: string }): Promise<Page> {
    let [at, method, body] = [url, asked.method, asked.body]
    for (let hop = 0; hop < REDIRECTS_MAX; hop++) {
      const headers: Record<string, string> = { Accept: 'text/html' }
      const cookies = this.#cookies.get(at.host)
      if (cookies?.size) headers.Cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      if (method === 'POST') {
        headers.Origin = asked.from ?? at.origin
        headers['Sec-Fetch-Site'] = headers.Origin === at.origin ? 'same-origin' : 'cross-site'
      }
      const answer = await fetch(at, { method, headers, redirect: 'manual', ...(body ? { body } : {}) })
      this.#keep(at.host, answer.headers.getSetCookie())
      const html = await answer.text()
      const next = answer.headers.get('location') ?? refreshOf(answer.headers)
      if (next === null) return { status: answer.status, url: at, html, headers: answer.headers }
      ;[at, method, body] = [new URL(next, at), 'GET', undefined]
    }
    throw new Error(`${url.href} leads from page to page without an end.`)
  }

  #keep(host: string, lines: readonly string[]): void {
    const cookies = this.#cookies.get(host) ?? new Map<string, string>()
    this.#cookies.set(host, cookies)
    for (const line of lines) {
      const [pair = '', ...attributes] = line.split('; ')
      const at = pair.indexOf('=')
      const gone = attributes.some((text) => /^expires=Thu, 01 Jan 1970/i.test(text))
      if (gone) cookies.delete(pair.slice(0, at))
      else cookies.set(pair.slice(0, at), pair.slice(at + 1))
    }
  }
}

/** "0; url=https://…": a page that leads on by itself at once. */
function refreshOf(headers: Headers): string | null {
  return /^0;\s*url=(.+)$/.exec(headers.get('refresh') ?? '')?.[1] ?? null
}

/** The form of the page that leads to `action`: its path, or a pattern of it. Of several, the one that has the field. */
export function formOf(page: Page, action: string | RegExp, field?: string): Form {
  const forms = formsOf(page)
  const fits = ({ action: at, fields }: Form) => {
    const { pathname } = new URL(at, page.url)
    const leads = typeof action === 'string' ? pathname === action : action.test(pathname)
    return leads && (field === undefined || fields.some(([name]) => name === field))
  }
  const form = forms.find(fits)
  if (form) return form
  const others = forms.map(({ action: other }) => other).join(', ') || 'no form'
  throw new Error(
    `${page.url.pathname} (${page.status}) has no form for ${String(action)}; it has: ${others}\n${textOf(page)}`,
  )
}

export function formsOf({ html, url }: Page): Form[] {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map(([, head = '', inner = '']) => ({
    action: attribute(head, 'action') ?? url.href,
    method: attribute(head, 'method')?.toLowerCase() === 'post' ? 'post' : 'get',
    fields: [...inputsOf(inner), ...selectsOf(inner), ...textAreasOf(inner)],
  }))
}

function inputsOf(html: string): [string, string][] {
  return [...html.matchAll(/<input\b([^>]*)>/g)].flatMap(([, head = '']): [string, string][] => {
    const name = attribute(head, 'name')
    const type = attribute(head, 'type') ?? 'text'
    const sent = type === 'radio' || type === 'checkbox' ? has(head, 'checked') : type !== 'submit'
    return name && sent && !has(head, 'disabled') ? [[name, attribute(head, 'value') ?? preset(type)]] : []
  })
}

const preset = (type: string): string => (type === 'checkbox' || type === 'radio' ? 'on' : '')

function selectsOf(html: string): [string, string][] {
  return [...html.matchAll(/<select\b([^>]*)>([\s\S]*?)<\/select>/g)].flatMap(
    ([, head = '', inner = '']): [string, string][] => {
      const name = attribute(head, 'name')
      const options = [...inner.matchAll(/<option\b([^>]*)>/g)].map(([, option = '']) => option)
      const chosen = options.find((option) => has(option, 'selected')) ?? options[0]
      return name && chosen !== undefined ? [[name, attribute(chosen, 'value') ?? '']] : []
    },
  )
}

function textAreasOf(html: string): [string, string][] {
  return [...html.matchAll(/<textarea\b([^>]*)>([\s\S]*?)<\/textarea>/g)].flatMap(
    ([, head = '', text = '']): [string, string][] => {
      const name = attribute(head, 'name')
      return name ? [[name, plain(text)]] : []
    },
  )
}

function attribute(head: string, name: string): string | undefined {
  const value = new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(head)?.[1]
  return value === undefined ? undefined : plain(value)
}

const has = (head: string, name: string): boolean => new RegExp(`(?:^|\\s)${name}(?:[\\s=/]|$)`).test(head)

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  '#39': "'",
  nbsp: ' ',
}

export const plain = (text: string): string =>
  text.replace(/&(#?\w+);/g, (whole, name: string) => ENTITIES[name] ?? whole)

/** What the page says, without its head and its tags: for messages of a story that went wrong. */
export function textOf({ html }: Page): string {
  const main = /<main\b[^>]*>([\s\S]*?)<\/main>/.exec(html)?.[1] ?? html
  return plain(main.replace(/<(script|style|svg)\b[\s\S]*?<\/\1>/g, '').replace(/<[^>]+>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 600)
}
