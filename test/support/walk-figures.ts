import assert from 'node:assert/strict'

/** Reads a page of staff: its HTML. Fails for every status but 200. */
export type Open = (address: string) => Promise<string>

export interface SeenCell {
  text: string
  /** What the figure opens, when it is a link of its own. */
  href: string | null
}

export interface SeenTable {
  caption: string
  columns: string[]
  rows: { href: string | null; cells: SeenCell[] }[]
  foot: SeenCell[]
}

const TAG = /<[^>]*>/g
const plain = (html: string): string =>
  html.replace(TAG, ' ').replaceAll('&amp;', '&').replace(/\s+/g, ' ').trim()
const hrefOf = (html: string): string | null =>
  /<a href="([^"]+)"/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? null

/** The tables of a page as people see them. */
export function tablesOf(html: string): SeenTable[] {
  return [...html.matchAll(/<table[\s\S]*?<\/table>/g)].map(([table]) => {
    const [head = ''] = /<thead>[\s\S]*?<\/thead>/.exec(table) ?? []
    const [foot = ''] = /<tfoot>[\s\S]*?<\/tfoot>/.exec(table) ?? []
    const body = table.slice(table.indexOf('<tbody'), table.indexOf('</tbody>'))
    const cells = (row: string): SeenCell[] =>
      [...row.matchAll(/<t[dh][^>]*>([\s\S]*?)<\/t[dh]>/g)].map(([, cell]) => ({
        text: plain(cell!),
        href: hrefOf(cell!),
      }))
    return {
      caption: plain(/<caption>([\s\S]*?)<\/caption>/.exec(table)?.[1] ?? ''),
      columns: cells(head).map(({ text }) => text),
      rows: [...body.matchAll(/<tr[^>]*>([\s\S]*?)<\/tr>/g)].map(([, row]) => ({
        href: /<a href="([^"]+)" data-row-link/.exec(row!)?.[1]?.replaceAll('&amp;', '&') ?? null,
        cells: cells(row!),
      })),
      foot: cells(foot),
    }
  })
}

/** "−€1,190.50" as -119050n; null for what is no sum of money. */
export function minorOf(text: string): bigint | null {
  if (!/^[-−]?\p{Sc}?[-−]?[\d,]+(\.\d+)?$/u.test(text.replace(/[\s\u00a0]|[A-Z]{3}/g, ''))) return null
  if (!/\p{Sc}|[A-Z]{3}/u.test(text)) return null
  const digits = BigInt(text.replace(/\D/g, ''))
  return /[-−]/.test(text) ? -digits : digits
}

/** All rows of a list, page after page. */
export async function rowsBehind(open: Open, address: string): Promise<Pick<SeenTable, 'columns' | 'rows'>> {
  const found: Pick<SeenTable, 'columns' | 'rows'> = { columns: [], rows: [] }
  for (let next: string | null = address; next !== null;) {
    const html: string = await open(next)
    const table = tablesOf(html).at(-1)
    if (table) {
      found.columns = table.columns
      found.rows.push(...table.rows)
    }
    next = /rel="next" href="([^"]+)"/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? null
  }
  return found
}

const sumOf = ({ columns, rows }: Pick<SeenTable, 'columns' | 'rows'>, column: string): bigint => {
  const at = columns.indexOf(column)
  return at < 0 ? 0n : rows.reduce((sum, row) => sum + (minorOf(row.cells[at]!.text) ?? 0n), 0n)
}

/** What a figure of a column must be by the rows behind it. */
type Behind = (rows: Pick<SeenTable, 'columns' | 'rows'>, column: string) => bigint

/** How many figures were followed, and every address of a document that stood behind one. */
export interface Walked {
  figures: number
  documents: Set<string>
}

async function follow(open: Open, table: SeenTable, behind: Behind, walked: Walked): Promise<void> {
  const opened = new Map<string, Pick<SeenTable, 'columns' | 'rows'>>()
  const check = async (cell: SeenCell, of: { column: string; href: string | null; where: string }) => {
    const minor = minorOf(cell.text)
    const href = cell.href ?? of.href
    if (minor === null || (minor === 0n && href === null)) return
    assert.ok(href, `${of.where}: ${of.column} ${cell.text} opens nothing`)
    if (!opened.has(href)) opened.set(href, await rowsBehind(open, href))
    const rows = opened.get(href)!
    assert.equal(behind(rows, of.column), minor, `${of.where}: ${of.column} ${cell.text} by ${href}`)
    for (const row of rows.rows) if (row.href) walked.documents.add(row.href)
    walked.figures++
  }
  for (const row of table.rows)
    for (const [i, cell] of row.cells.entries())
      await check(cell, {
        column: table.columns[i]!,
        href: row.href,
        where: `${table.caption}, ${row.cells[0]!.text}`,
      })
  for (const [i, cell] of table.foot.entries())
    await check(cell, { column: table.columns[i]!, href: null, where: `${table.caption}, sum` })
}

/** Every figure of every report over some days: what it opens must add up to it. */
export async function walkReports(open: Open, keys: readonly string[], days: string): Promise<Walked> {
  const walked: Walked = { figures: 0, documents: new Set() }
  for (const key of keys)
    for (const table of tablesOf(await open(`/admin/reports/${key}?${days}`)))
      await follow(open, table, sumOf, walked)
  for (const document of walked.documents) await open(document)
  return walked
}

/** Every figure of the accounts and of the trial balance: the journals behind it must add up to it. */
export async function walkLedger(open: Open, days: string): Promise<Walked> {
  const walked: Walked = { figures: 0, documents: new Set() }
  const balance: Behind = (rows) => sumOf(rows, 'Debit') - sumOf(rows, 'Credit')
  const moved: Behind = (rows, column) =>
    rows.columns.includes('Debit')
      ? column === 'Debit' || column === 'Credit'
        ? sumOf(rows, column)
        : balance(rows, column)
      : sumOf(rows, 'Amount')
  for (const address of [`/admin/ledger?${days}`, `/admin/ledger/trial-balance?${days}`])
    for (const table of tablesOf(await open(address))) await follow(open, table, moved, walked)
  for (const journal of walked.documents) await open(journal)
  return walked
}

/** Every figure of the one-stop shop of a quarter, in the currency of the return too. */
export async function walkOss(open: Open, quarter: string): Promise<Walked> {
  const walked: Walked = { figures: 0, documents: new Set() }
  for (const table of tablesOf(await open(`/admin/tax/oss?${quarter}`)))
    await follow(open, table, sumOf, walked)
  for (const document of walked.documents) await open(document)
  return walked
}

/** Each figure of the deferrals of closed months: what waits by its documents, what moved by its journal. */
export async function walkMonths(open: Open): Promise<Walked> {
  const walked: Walked = { figures: 0, documents: new Set() }
  const table = tablesOf(await open('/admin/ledger/months')).find(
    ({ caption }) => caption === 'Deferred income',
  )
  const behind: Behind = (of, column) => {
    if (column === 'Deferred at the end') return sumOf(of, 'Deferred after')
    const rows = of.rows.filter(({ cells }) => cells[0]!.text.includes('deferred:'))
    return sumOf({ ...of, rows }, 'Credit') - sumOf({ ...of, rows }, 'Debit')
  }
  if (table) await follow(open, table, behind, walked)
  for (const document of walked.documents) await open(document)
  return walked
}

/** Each export by the journals behind it and by its file: their number, and what they move. */
export async function walkExports(open: Open, file: Open): Promise<Walked> {
  const walked: Walked = { figures: 0, documents: new Set() }
  const table = tablesOf(await open('/admin/ledger/exports'))[0]
  for (const { cells } of table?.rows ?? []) {
    const cell = (column: string): SeenCell => cells[table!.columns.indexOf(column)]!
    const journals = await rowsBehind(open, cell('Journals').href!)
    assert.equal(String(journals.rows.length), cell('Journals').text)
    const [head, ...lines] = (await file(cell('Postings').href!)).trim().split('\r\n')
    assert.equal(String(lines.length), cell('Postings').text)
    const debit = head!.split(',').indexOf('debit')
    const debits = lines.reduce(
      (sum, line) => sum + BigInt(line.split(',')[debit]!.replace('.', '') || 0),
      0n,
    )
    assert.equal(sumOf(journals, 'Amount'), debits)
    for (const { href } of journals.rows) if (href) walked.documents.add(href)
    walked.figures += 3
  }
  for (const journal of walked.documents) await open(journal)
  return walked
}
