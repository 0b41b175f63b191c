import { fieldsIn, textIn } from '../rules/index.ts'
import type { Call } from './call.ts'
import type { Item, List } from './envelope.ts'
import { refusal } from './refusals.ts'

type Values = Record<string, string | number | null>

export interface Listing<Row> {
  /** The fields that may be filtered, as functions of the row. */
  filters: Record<string, (row: Row, wanted: string) => boolean>
  sorts: Record<string, (row: Row) => string | number>
  draw: (row: Row) => Item
  /** Most rows of one page; the application API has no cap. */
  cap?: number
}

/** Filters, sorts and pages rows by the query, as every paged list of the panel does. */
export function listRows<Row>(rows: readonly Row[], call: Call, listing: Listing<Row>): List {
  const kept = sortRows(filterRows(rows, call, listing), call, listing)
  return pageRows(kept, call, listing)
}

/** A filter that keeps rows whose value contains the wanted text, whatever the case. */
export function contains<Row>(read: (row: Row) => Values[string]): Listing<Row>['filters'][string] {
  return (row, wanted) =>
    String(read(row) ?? '')
      .toLowerCase()
      .includes(wanted.toLowerCase())
}

function filterRows<Row>(rows: readonly Row[], { query }: Call, { filters }: Listing<Row>): Row[] {
  const wanted = Object.entries(fieldsIn(query, 'filter'))
  return wanted.reduce((kept, [field, value]) => {
    const filter = Object.hasOwn(filters, field) ? filters[field] : undefined
    if (!filter) throw refusal('unknown_filter', { note: `(${field})` })
    return kept.filter((row) => filter(row, String(value)))
  }, rows.slice())
}

function sortRows<Row>(rows: Row[], { query }: Call, { sorts }: Listing<Row>): Row[] {
  const wanted = textIn(query, 'sort')
  if (!wanted) return rows
  const field = wanted.replace(/^-/, '')
  const read = Object.hasOwn(sorts, field) ? sorts[field] : undefined
  if (!read) throw refusal('unknown_sort', { note: `(${field})` })
  const sign = wanted.startsWith('-') ? -1 : 1
  return rows.sort((left, right) => (read(left) < read(right) ? -sign : sign))
}

/** Also used alone for lists that are paged but not filtered. */
export function pageRows<Row>(
  rows: readonly Row[],
  call: Call,
  { draw, cap = Number.MAX_SAFE_INTEGER }: Pick<Listing<Row>, 'draw' | 'cap'>,
): List {
  const per_page = Math.min(positive(call.query.per_page) ?? 50, cap)
  const current_page = positive(call.query.page) ?? 1
  const total_pages = Math.max(1, Math.ceil(rows.length / per_page))
  const shown = rows.slice((current_page - 1) * per_page, current_page * per_page)
  const links = linkPages(call, current_page, total_pages)
  const pagination = {
    total: rows.length,
    count: shown.length,
    per_page,
    current_page,
    total_pages,
    links,
  }
  return { object: 'list', data: shown.map(draw), meta: { pagination } }
}

function positive(value: unknown): number | undefined {
  const number = Number(value)
  return Number.isInteger(number) && number > 0 ? number : undefined
}

function linkPages({ origin, path }: Call, page: number, pages: number): Record<string, string> {
  const links: Record<string, string> = {}
  if (page > 1) links.previous = `${origin}${path}?page=${page - 1}`
  if (page < pages) links.next = `${origin}${path}?page=${page + 1}`
  return links
}
