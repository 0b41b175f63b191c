import assert from 'node:assert/strict'
import { createStatementCounter, type HttpDeps } from '../../../core/http/index.ts'
import { makeDatabase, type Engine, type TestDatabase } from '../../support/databases.ts'
import { makeStaff, PASSWORD } from '../../support/make.ts'
import { testMeans, type TestMeans } from '../../support/means.ts'
import { startWeb, type Reply, type Web, type WebBrowser } from '../../support/web.ts'
import { fillDesk, type WorldIds } from './fill-desk.ts'

export type { WorldIds }

export interface AdminWorld {
  database: TestDatabase
  means: TestMeans
  web: Web
  /** Signed in as staff who may do everything. */
  staff: WebBrowser
  ids: WorldIds
  /** A browser of staff who hold these permissions only. */
  signedIn(permissions: readonly string[]): Promise<WebBrowser>
  close(): Promise<void>
}

export async function openAdmin(
  engine: Engine,
  more: Partial<HttpDeps> | ((means: TestMeans) => Partial<HttpDeps>) = {},
): Promise<AdminWorld> {
  const statements = createStatementCounter()
  const database = await makeDatabase(engine, statements.meter)
  const means = testMeans(database.db, { now: '2026-01-15T10:00:00.000Z' })
  const staff = await makeStaff(means)
  const ids = await fillDesk(means)
  const web = await startWeb(means, { statements, ...(typeof more === 'function' ? more(means) : more) })
  const browserOf = async (email: string) => {
    const browser = web.browser()
    const reply = await browser.signIn(email, PASSWORD, '/admin/sign-in')
    assert.equal(reply.status, 303, reply.text.slice(0, 500))
    return browser
  }
  return {
    ...{ database, means, web, ids },
    staff: await browserOf(staff.user.email),
    async signedIn(permissions) {
      const realm_id = staff.user.realm_id
      return browserOf((await makeStaff(means, { permissions, realm_id })).user.email)
    },
    async close() {
      await web.close()
      await database.remove()
    },
  }
}

/** The markup of one element by its id, as it stands in a page or in a part: for comparing the two. */
export function elementOf(html: string, id: string): string {
  const start = html.search(new RegExp(`<(section|div|nav)[^>]*\\bid="${id}"`))
  assert.ok(start >= 0, `the element ${id} is there`)
  const tag = /^<(\w+)/.exec(html.slice(start))![1]!
  const tags = new RegExp(`<(/?)${tag}\\b`, 'g')
  tags.lastIndex = start
  for (let depth = 0, match = tags.exec(html); match; match = tags.exec(html)) {
    depth += match[1] ? -1 : 1
    if (depth === 0) return withoutKeys(html.slice(start, html.indexOf('>', match.index) + 1))
  }
  throw new Error(`the element ${id} does not end`)
}

/** Tokens and once-only keys differ in every answer. */
const withoutKeys = (html: string): string =>
  html.replace(/name="_(csrf|once)" value="[^"]*"/g, 'name="_$1"').replace(/\s+/g, ' ')

/** What htmx sends to get one part. */
export const asPart = (id: string): Record<string, string> => ({
  'HX-Request': 'true',
  'HX-Request-Type': 'partial',
  'HX-Target': `section#${id}`,
})

export function assertStatus(reply: Reply, status: number): void {
  assert.equal(reply.status, status, reply.text.replace(/\s+/g, ' ').slice(0, 1_500))
}

/** Says in a failure what the main part shows, not the whole page. */
export function assertShows(html: string, pattern: RegExp): void {
  const main = html.slice(Math.max(0, html.indexOf('<main'))).replace(/\s+/g, ' ')
  assert.ok(pattern.test(html), `${String(pattern)} is not in ${main.slice(0, 6_000)}`)
}
