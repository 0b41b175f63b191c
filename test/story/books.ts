import assert from 'node:assert/strict'
import type { Browser, Page } from './browser.ts'
import { plain } from './browser.ts'

/** One line of the year, without the explanation that only the file has. Sums are cents. */
export interface Line {
  date: string
  document: string
  net: number | null
  tax: number | null
  total: number
  reason: string
}

/** Reads every document and every movement of money from the pages of staff, and puts them in the order of their days. */
export async function readBooks(staff: Browser): Promise<string[]> {
  const lines = [...(await invoices(staff)), ...(await movements(staff))]
  lines.sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : rank(a) - rank(b)))
  const balances = runningBalances(lines)
  await compareWithStatement(staff, lines, balances)
  return lines.map(({ date, document, net, tax, total, reason }, n) =>
    [date, document, cents(net), cents(tax), cents(total), cents(balances[n]!), reason].join(','),
  )
}

/** What is owed after each line, by adding up. */
function runningBalances(lines: readonly Line[]): number[] {
  let balance = 0
  return lines.map(({ document, total }) => {
    if (document === 'payment') balance -= total
    else if (document !== 'refund') balance += total
    return balance
  })
}

/** Berth's own statement of the client must say the same at the end of each day. What goes back without a note moves nothing that is owed. */
async function compareWithStatement(
  staff: Browser,
  lines: readonly Line[],
  balances: readonly number[],
): Promise<void> {
  const [first, last] = [lines[0], lines.at(-1)]
  if (!first || !last) return
  const client = /\/admin\/clients\/(cli_\w+)/.exec((await staff.get('/admin/clients')).html)![1]!
  const days = `from=${first.date}&to=${last.date}`
  const { html } = await staff.get(`/admin/clients/${client}/statement.csv?${days}`)
  const told = new Map<string, number>()
  for (const row of html.trim().split('\r\n').slice(2, -1)) {
    const [day = '', , , , balance = ''] = row.replaceAll('"', '').split(',')
    told.set(day, Math.round(Number(balance) * 100))
  }
  const moving = lines.map(({ date, document }, n) => ({ date, document, balance: balances[n]! }))
  const added = new Map(
    moving.filter(({ document }) => document !== 'refund').map(({ date, balance }) => [date, balance]),
  )
  assert.deepEqual([...told], [...added], 'the statement of the client')
}

/** A document is there before it is paid. */
const rank = ({ document }: Line): number => (document === 'payment' || document === 'refund' ? 1 : 0)

const cents = (sum: number | null): string => (sum === null ? '' : (sum / 100).toFixed(2))

async function invoices(staff: Browser): Promise<Line[]> {
  const ids = new Set<string>()
  for await (const page of pagesOf(staff, '/admin/invoices'))
    for (const [, id] of page.html.matchAll(/\/admin\/invoices\/(inv_\w+)/g)) ids.add(id!)
  const lines: Line[] = []
  for (const id of ids) lines.push(invoiceLine(await staff.get(`/admin/invoices/${id}`)))
  return lines
}

function invoiceLine(page: Page): Line {
  const net = sumIn(factOf(page, 'Subtotal'))
  const total = sumIn(factOf(page, 'Total'))
  const coupon = page.html.includes('WELCOME20') ? ' WELCOME20' : ''
  return {
    date: dayIn(factOf(page, 'Issued')),
    document: total < 0 ? 'credit note' : 'invoice',
    ...{ net, tax: total - net, total },
    reason: `${plain(bare(factOf(page, 'Made by')))}${coupon}`,
  }
}

async function movements(staff: Browser): Promise<Line[]> {
  const lines: Line[] = []
  for await (const page of pagesOf(staff, '/admin/transactions')) {
    for (const cells of rowsOf(page)) {
      const [, , gateway = '', kind = '', at = '', , amount = ''] = cells
      lines.push({
        date: dayIn(at),
        document: bare(kind).toLowerCase(),
        ...{ net: null, tax: null, total: sumIn(amount) },
        reason: bare(gateway),
      })
    }
  }
  return lines
}

/** A list and the pages after it. */
async function* pagesOf(staff: Browser, path: string): AsyncGenerator<Page> {
  const seen = new Set<string>()
  for (let next: string | undefined = path; next && !seen.has(next);) {
    seen.add(next)
    const page = await staff.get(next)
    yield page
    const after = /href="([^"]*[?&](?:amp;)?after=[^"]*)"/.exec(page.html)?.[1]
    next = after === undefined ? undefined : plain(after)
  }
}

export function rowsOf({ html }: Page): string[][] {
  const body = /<tbody\b[^>]*>([\s\S]*?)<\/tbody>/.exec(html)?.[1] ?? ''
  return [...body.matchAll(/<tr\b[^>]*>([\s\S]*?)<\/tr>/g)].map(([, row]) =>
    [...row!.matchAll(/<t[dh]\b[^>]*>([\s\S]*?)<\/t[dh]>/g)].map(([, cell]) => cell!),
  )
}

export function factOf({ html, url }: Page, label: string): string {
  for (const [, name, value] of html.matchAll(/<dt>([\s\S]*?)<\/dt><dd[^>]*>([\s\S]*?)<\/dd>/g))
    if (bare(name!) === label) return value!
  throw new Error(`${url.pathname} does not tell "${label}".`)
}

const bare = (html: string): string => plain(html.replace(/<[^>]+>/g, '')).trim()

function dayIn(html: string): string {
  const day = /datetime="(\d{4}-\d\d-\d\d)/.exec(html)?.[1]
  if (day === undefined) throw new Error(`There is no day in "${bare(html)}".`)
  return day
}

/** "−€1.78" in cents. */
export function sumIn(html: string): number {
  const text = bare(html)
  const digits = text.replace(/[^\d.]/g, '')
  if (!/^\d+\.\d\d$/.test(digits)) throw new Error(`"${text}" is not a sum of EUR.`)
  return Math.round(Number(digits) * 100) * (/[−-]/.test(text) ? -1 : 1)
}
