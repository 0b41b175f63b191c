import { createStatementCounter, type StatementCounter } from '../../../core/http/index.ts'
import type { RouteCase } from './route-case.ts'
import type { RouteShop } from './shop.ts'

/** The counter of the web server, which also keeps what the last request took: streams have no header to say it in. */
export interface KeptCounter extends StatementCounter {
  last(): number
}

export function keptCounter(): KeptCounter {
  const counter = createStatementCounter()
  let last = 0
  return {
    ...counter,
    last: () => last,
    run: (work) =>
      counter.run(async () => {
        try {
          return await work()
        } finally {
          last = counter.count()
        }
      }),
  }
}

export interface Opened {
  status: number
  text: string
  statements: number
  /** Rows that the answer shows, for each mark of the case. */
  shown: number[]
}

/** Asks for the address of a case as its reader does. */
export async function openRoute(shop: RouteShop, one: RouteCase, counter: KeptCounter): Promise<Opened> {
  const { status, text } = await ask(shop, one)
  const shown = (one.rows ?? []).map((mark) => [...text.matchAll(mark)].length)
  return { status, text, statements: counter.last(), shown }
}

async function ask(shop: RouteShop, one: RouteCase): Promise<{ status: number; text: string }> {
  const path = one.at(shop.rows)
  if (one.as === 'key') {
    const response = await fetch(shop.web.address + path, {
      headers: { Authorization: `Bearer ${shop.rows.apiKey}` },
    })
    return { status: response.status, text: await response.text() }
  }
  const browser = shop.browsers[one.as]
  if (one.stream) return openStream(shop.web.address + path, browser.cookieHeader())
  return browser.get(path)
}

/** An event stream does not end by itself. */
async function openStream(address: string, cookie: string): Promise<{ status: number; text: string }> {
  const ended = new AbortController()
  const response = await fetch(address, { headers: { cookie }, signal: ended.signal })
  ended.abort()
  return { status: response.status, text: '' }
}
