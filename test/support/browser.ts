import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import sparticuz from '@sparticuz/chromium'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'

export interface TestBrowser {
  /** A page of its own context. `problems` fills with script errors and policy violations. */
  open(address: string, look?: Look): Promise<OpenPage>
  close(): Promise<void>
}

export interface Look {
  width?: number
  height?: number
  scheme?: 'light' | 'dark'
  scripts?: boolean
  locale?: string
}

export interface OpenPage {
  page: Page
  problems: string[]
  close(): Promise<void>
}

/**
 * The first make the browser die when a context closes, playwright sets headless itself, and the last let documents of
 * other origins be read: pages must hold in a browser as people have it.
 */
const UNWANTED = [
  ...['--single-process', '--no-zygote', '--headless', '--disable-web-security'],
  ...['--disable-site-isolation-trials', '--allow-running-insecure-content'],
]

/** Starts the Chromium from the registry in a temporary folder of its own, so that no older copy is taken. */
export async function launchBrowser(): Promise<TestBrowser> {
  const folder = mkdtempSync(join(tmpdir(), 'berth-browser-'))
  const browser = await launchIn(folder)
  return {
    open: (address, look = {}) => openPage(browser, address, look),
    async close() {
      await browser.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** What axe finds against WCAG 2.2 AA, one line each; empty when all is well. */
export async function axe(page: Page): Promise<string[]> {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
  const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze()
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary?.replace(/\s+/g, ' ') ?? ''}`),
  )
}

export async function screenshot(page: Page, file: string): Promise<void> {
  mkdirSync(dirname(file), { recursive: true })
  await page.screenshot({ path: file, fullPage: true })
}

/** How far the page can be scrolled sideways, in pixels; must be 0. */
export async function overflow(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')
}

async function launchIn(folder: string): Promise<Browser> {
  // The package unpacks to the temporary folder and takes whatever lies there already.
  const before = process.env.TMPDIR
  process.env.TMPDIR = folder
  try {
    const args = sparticuz.args.filter((arg) => !UNWANTED.some((unwanted) => arg.startsWith(unwanted)))
    return await chromium.launch({
      executablePath: await sparticuz.executablePath(),
      args: [...args, '--no-sandbox'],
      headless: true,
    })
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  }
}

async function openPage(browser: Browser, address: string, look: Look): Promise<OpenPage> {
  const options: BrowserContextOptions = {
    viewport: { width: look.width ?? 1280, height: look.height ?? 800 },
    colorScheme: look.scheme ?? 'light',
    javaScriptEnabled: look.scripts ?? true,
    reducedMotion: 'reduce',
    ...(look.locale ? { locale: look.locale } : {}),
  }
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text())
  })
  await page.goto(address, { waitUntil: 'networkidle' })
  return { page, problems, close: () => context.close() }
}
