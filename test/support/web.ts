import assert from 'node:assert/strict'
import { join } from 'node:path'
import { adminPorts } from './admin-ports.ts'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import { changePorts } from '../../core/app/wire/change-ports.ts'
import { orderDeps } from '../../core/app/wire/orders-area.ts'
import { webhookVerdicts } from '../../core/plugins/index.ts'
import {
  createHttp,
  createLive,
  createStatementCounter,
  type Http,
  type HttpDeps,
} from '../../core/http/index.ts'
import { createMessages } from '../../core/i18n/index.ts'
import type { Means } from '../../core/records/index.ts'
import { createAssets, createRenderer } from '../../core/render/index.ts'

const root = join(import.meta.dirname, '../..')
const themeFolders = [join(root, 'themes/default')]
const messages = createMessages({ folder: join(root, 'locales'), strict: true })
const assets = createAssets({ themeFolders })
const renderer = createRenderer({ themeFolders, messages, assets })

export interface Web {
  http: Http
  deps: HttpDeps
  address: string
  /** A browser of its own: cookies, origin, forms. */
  browser(): WebBrowser
  close(): Promise<void>
}

/** The whole web server on a free port, over the means of a test. */
export async function startWeb(means: Means, more: Partial<HttpDeps> = {}): Promise<Web> {
  const deps: HttpDeps = {
    ...means,
    ...{ messages, assets, renderer, live: createLive(), statements: createStatementCounter() },
    plugins: { call: () => Promise.reject(new Error('no plugin is called here')) },
    orders: orderDeps(means),
    billing: billingDeps(means),
    admin: adminPorts(means),
    webhooks: { verdict: webhookVerdicts(means) },
    changes: changePorts,
    ready: () => Promise.resolve({ ready: true, checks: { database: 'ok' } }),
    options: { url: null, proxies: [], kind: 'real' },
    ...more,
  }
  const http = createHttp(deps)
  const { address } = await http.listen(0, '127.0.0.1')
  return { http, deps, address, browser: () => new WebBrowser(address), close: () => http.close() }
}

export interface Reply {
  status: number
  text: string
  headers: Headers
  location: string | null
}

/** Sends what a browser sends, without a browser: for tests of answers rather than of pages. */
export class WebBrowser {
  readonly cookies = new Map<string, string>()
  readonly #address: string
  #token = ''

  constructor(address: string) {
    this.#address = address
  }

  async get(path: string, headers: Record<string, string> = {}): Promise<Reply> {
    return this.#send(path, { headers })
  }

  /** Fills the form of the page seen last: its token goes along unless `fields` has another. */
  async post(
    path: string,
    fields: Record<string, string> = {},
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    const body = new URLSearchParams({ _csrf: this.#token, ...fields })
    const own = { Origin: this.#address, 'Sec-Fetch-Site': 'same-origin', ...headers }
    return this.#send(path, { method: 'POST', body, headers: own })
  }

  /** With files, as a browser sends a form of several parts. */
  async postParts(path: string, fields: Record<string, string>, files: Record<string, File>): Promise<Reply> {
    const body = new FormData()
    for (const [name, value] of Object.entries({ _csrf: this.#token, ...fields })) body.append(name, value)
    for (const [name, file] of Object.entries(files)) body.append(name, file)
    const own = { Origin: this.#address, 'Sec-Fetch-Site': 'same-origin' }
    return this.#send(path, { method: 'POST', body, headers: own })
  }

  async signIn(email: string, password: string, path = '/sign-in'): Promise<Reply> {
    await this.get(path)
    return this.post(path, { email, password })
  }

  cookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  async #send(path: string, init: RequestInit & { headers: Record<string, string> }): Promise<Reply> {
    const cookie = this.cookieHeader()
    const headers = { ...init.headers, ...(cookie ? { Cookie: cookie } : {}) }
    const response = await fetch(this.#address + path, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) this.#keep(line)
    const text = await response.text()
    const kind = response.headers.get('content-type')
    // A browser shows a page of another kind as the text that it is.
    if (text.startsWith('<!doctype html>')) assert.equal(kind, 'text/html; charset=utf-8', path)
    this.#token = /name="_csrf" value="([^"]+)"/.exec(text)?.[1] ?? this.#token
    return {
      status: response.status,
      text,
      headers: response.headers,
      location: response.headers.get('location'),
    }
  }

  #keep(line: string): void {
    const [pair, ...attributes] = line.split('; ')
    const at = pair!.indexOf('=')
    const gone = attributes.some((text) => /^expires=Thu, 01 Jan 1970/i.test(text))
    if (gone) this.cookies.delete(pair!.slice(0, at))
    else this.cookies.set(pair!.slice(0, at), pair!.slice(at + 1))
  }
}
