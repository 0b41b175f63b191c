/**
 * Takes pictures of every page of the sample shop that links lead to, at two widths, light and dark, and says what a
 * picture does not show: the status, a page wider than the window, script errors and, with --axe, what axe finds.
 *
 *   npm run screenshots -- storefront portal admin            whole areas
 *   npm run screenshots -- portal /portal/invoices?show=paid  these pages of an area alone
 *   npm run screenshots -- portal --as ines.hofer@post.example   a client whose service is suspended
 *   … --locale de --axe --out FOLDER
 *
 * The shop lives in BERTH_DATA_DIR, else in a folder that is kept for the next time; one that runs already is used.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Page } from 'playwright-core'
import { axe, launchBrowser, overflow, screenshot, type OpenPage } from '../test/support/browser.ts'

interface Facts {
  ports: { web: number; mail: number }
  staff: SignIn
  client: SignIn
}
type SignIn = Record<'email' | 'password', string>

interface Area {
  /** Where links are followed from. */
  starts: readonly string[]
  /** Which of the addresses found are pages of this area. */
  holds: RegExp
  prepare(page: Page, address: string, facts: Facts): Promise<void>
}

const AREAS: Record<string, Area> = {
  storefront: {
    starts: ['/', '/shop', '/cart', '/checkout', '/sign-in', '/sign-up', '/reset', '/not-there'],
    holds: /^\/(?!portal|admin|developers|api)/,
    prepare: fillCart,
  },
  portal: {
    starts: ['/portal', '/portal/switch', '/confirm', '/portal/not-there'],
    holds: /^\/portal/,
    async prepare(page, address, facts) {
      const who = { ...facts.client, ...(values.as ? { email: values.as } : {}) }
      if (values.as) await setPassword(page, address, { ...who, mail: facts.ports.mail })
      await signIn(page, `${address}/sign-in`, who)
      await speak(page, `${address}/portal/account`)
    },
  },
  admin: {
    starts: ['/admin', '/admin/sample', '/admin/confirm', '/admin/not-there'],
    holds: /^\/admin/,
    async prepare(page, address, { staff }) {
      await signIn(page, `${address}/admin/sign-in`, staff)
      await speak(page, `${address}/admin/me`)
    },
  },
}

const WIDTHS = [1280, 390]
const SCHEMES = ['light', 'dark'] as const
const RESET = /\/reset\/[\w-]+/
/** Pages of one kind of record that are looked at. */
const EXAMPLES = 2

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    as: { type: 'string' },
    locale: { type: 'string', default: 'en' },
    axe: { type: 'boolean' },
    out: { type: 'string' },
  },
})
const dataDir = process.env.BERTH_DATA_DIR ?? join(tmpdir(), 'berth-screenshots')
const out = values.out ?? join(tmpdir(), 'berth-screenshots-out')
const chosen = Object.keys(AREAS).filter((name) => positionals.includes(name))
const paths = positionals.filter((text) => text.startsWith('/'))
if (chosen.length === 0 || (paths.length > 0 && chosen.length > 1)) {
  console.error(`Name one or more of ${Object.keys(AREAS).join(', ')}; single pages follow one of them.`)
  process.exit(1)
}

const shop = await openShop()
const browser = await launchBrowser()
let faults = 0
try {
  for (const name of chosen) await lookAt(name, AREAS[name]!)
} finally {
  await browser.close()
  shop.child?.kill('SIGTERM')
}
console.log(`screenshots: pictures in ${out}, ${faults} findings`)
process.exit(faults === 0 ? 0 : 1)

async function lookAt(name: string, area: Area): Promise<void> {
  const { facts, address } = shop
  const { page, problems, close } = await browser.open(`${address}/`, { locale: values.locale })
  await area.prepare(page, address, facts)
  const seen = new Map<string, number>()
  const queue = paths.length > 0 ? [...paths] : [...area.starts]
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    const kind = kindOf(path)
    if (paths.length === 0 && (seen.get(kind) ?? 0) >= (kind.includes(':') ? EXAMPLES : 1)) continue
    seen.set(kind, (seen.get(kind) ?? 0) + 1)
    await takePictures({ page, problems }, address + path, join(out, name, fileName(path)))
    if (paths.length === 0) queue.push(...(await linksOf(page, address, area.holds)))
  }
  await close()
}

/** "/portal/invoices/:/pay": ids and slugs count as one kind of page. */
function kindOf(path: string): string {
  return path
    .replace(/\?.*$/, '')
    .replace(/[a-z]{2,4}_[0-9a-z]{26}/g, ':')
    .replace(/^\/(products|shop)\/.+$/, '/$1/:')
}

function fileName(path: string): string {
  const short = path.replace(/[a-z]{2,4}_[0-9a-z]{19}/g, '')
  return short.replace(/[^a-zA-Z0-9]+/g, '-').replace(/^-|-$/g, '') || 'home'
}

async function takePictures(
  { page, problems }: Pick<OpenPage, 'page' | 'problems'>,
  url: string,
  file: string,
) {
  problems.length = 0
  const response = await page.goto(url)
  await page.waitForTimeout(400)
  const found: string[] = []
  for (const width of WIDTHS)
    for (const scheme of SCHEMES) {
      await page.setViewportSize({ width, height: 800 })
      await page.emulateMedia({ colorScheme: scheme })
      await page.waitForTimeout(150)
      await screenshot(page, `${file}.${width}.${scheme}.png`)
      const wider = await overflow(page)
      if (wider > 0) found.push(`${width} px: ${wider} px wider than the window`)
      if (values.axe) found.push(...(await axe(page)).map((text) => `${width} px, ${scheme}: ${text}`))
    }
  const status = response?.status() ?? 0
  if (status >= 500) found.push(`status ${status}`)
  found.push(...problems.filter((text) => !/status of 4\d\d/.test(text)))
  faults += found.length
  console.log([`${status} ${url}`, ...found].join('\n      '))
}

function linksOf(page: Page, address: string, holds: RegExp): Promise<string[]> {
  return page
    .$$eval('a[href]', (links) => links.map((link) => link.getAttribute('href')!))
    .then((hrefs) =>
      hrefs
        .map((href) => new URL(href, page.url()))
        .filter(({ origin, pathname }) => origin === address && holds.test(pathname))
        .map(({ pathname, search }) => pathname + search)
        .filter((path) => !/\.(pdf|csv|xml|eml|json)\b|\/sample\/mail|\/export/.test(path)),
    )
}

/** So that cart and checkout have something to show. */
async function fillCart(page: Page, address: string): Promise<void> {
  await page.goto(`${address}/`)
  const href = await page.locator('a[href^="/products/"]').first().getAttribute('href')
  await page.goto(address + href!)
  for (const box of await page.locator('input[type=checkbox][name^="f."]').all()) await box.check()
  await page.locator('main form[action="/cart/items"] button.btn-primary').first().click()
  await page.waitForURL('**/cart')
}

/** By the link that a client asks for, read in the sample shop's mail. */
async function setPassword(page: Page, address: string, who: SignIn & { mail: number }): Promise<void> {
  await page.goto(`${address}/reset`)
  await page.locator('input[name=email]').fill(who.email)
  await page.locator('main form button.btn-primary').click()
  let link: string | undefined
  for (let waited = 0; waited < 30 && link === undefined; waited += 1) {
    await page.waitForTimeout(1000)
    const messages = (await (await fetch(`http://127.0.0.1:${who.mail}/messages.json`)).json()) as Mail[]
    link = messages.find(({ to, text }) => to.includes(who.email) && RESET.test(text))?.text.match(RESET)?.[0]
  }
  if (link === undefined) throw new Error(`${who.email} got no mail with a link.`)
  await page.goto(address + link)
  await page.locator('input[name=password]').fill(who.password)
  await page.locator('main form button.btn-primary').click()
  await page.waitForURL('**/sign-in')
}

interface Mail {
  to: string[]
  text: string
}

async function signIn(page: Page, url: string, { email, password }: SignIn): Promise<void> {
  await page.goto(url)
  await page.locator('input[name=email]').fill(email)
  await page.locator('input[name=password]').fill(password)
  await page.locator('main form button.btn-primary').click()
  await page.waitForURL((now) => !now.pathname.endsWith('/sign-in'))
}

/** Whoever is signed in reads the language of the profile, whatever the browser asks for. */
async function speak(page: Page, url: string): Promise<void> {
  await page.goto(url)
  const form = page.locator('main form', { has: page.locator('select[name=locale]') })
  await form.locator('select[name=locale]').selectOption(values.locale)
  await form.locator('button[type=submit]').first().click()
  await page.locator(`html[lang=${values.locale}]`).waitFor({ state: 'attached' })
}

async function openShop(): Promise<{ facts: Facts; address: string; child?: ChildProcess }> {
  const running = readFacts()
  if (running && (await answers(running))) return { facts: running, address: addressOf(running) }
  mkdirSync(dataDir, { recursive: true })
  const port = String(running?.ports.web ?? 0)
  const child = spawn(process.execPath, [join(import.meta.dirname, '../bin/berth'), 'start'], {
    env: { ...process.env, PORT: port, BERTH_DATA_DIR: dataDir },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  for (let waited = 0; waited < 240; waited += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1000))
    const facts = readFacts()
    if (facts && (await answers(facts))) return { facts, address: addressOf(facts), child }
    if (child.exitCode !== null) break
  }
  child.kill('SIGTERM')
  throw new Error(`The sample shop in ${dataDir} did not start.`)
}

function readFacts(): Facts | null {
  try {
    return JSON.parse(readFileSync(join(dataDir, 'sample.json'), 'utf8')) as Facts
  } catch {
    return null
  }
}

function addressOf({ ports }: Facts): string {
  return `http://localhost:${ports.web}`
}

function answers(facts: Facts): Promise<boolean> {
  return fetch(`${addressOf(facts)}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  )
}
