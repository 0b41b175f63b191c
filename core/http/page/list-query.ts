import { all, join, name, sql, type Sql, type SqlValue } from '../../db/index.ts'
import { url } from '../../render/index.ts'
import type { Ctx } from '../context.ts'

export interface ListRules {
  /** Names that `sort` may take → the column each sorts by. The columns hold no null. */
  sorts: Readonly<Record<string, string>>
  /** "-due": descending by due. */
  sort: string
  /** Makes the order whole: "i.id". */
  id: string
  /** Filter → values allowed, or "any" for an id or text. */
  filters?: Readonly<Record<string, readonly string[] | 'any'>>
}

/** What the address of a list says. */
export interface ListQuery {
  q: string
  sort: { name: string; column: string; descending: boolean }
  per: number
  /** Set filters only. */
  filters: Readonly<Record<string, string>>
  /** Rows beyond this place, in the direction of paging. */
  place: { back: boolean; value: SqlValue; id: string } | null
  /** This list with other parameters; paging starts anew unless it is set. */
  href(change?: Record<string, string | null>): string
  /** For the head of a sortable column: where it leads and what it shows now. */
  sortLink(name: string): { href: string; direction: 'ascending' | 'descending' | null }
  id: string
}

const PER = [25, 50, 100]

/** `?q=&sort=-due&status=overdue&after=…&per=50`. What is not allowed is ignored, so that old links go on working. */
export function listQuery(ctx: Ctx, rules: ListRules): ListQuery {
  const given = new URLSearchParams(ctx.querystring)
  const per = PER.includes(Number(given.get('per'))) ? Number(given.get('per')) : PER[0]!
  const sort = sortOf(given.get('sort'), rules)
  const filters = filtersOf(given, rules)
  const q = (given.get('q') ?? '').trim().slice(0, 200)
  const sorted = `${sort.descending ? '-' : ''}${sort.name}`
  const kept = {
    q: q || null,
    ...filters,
    sort: sorted === rules.sort ? null : sorted,
    per: per === PER[0] ? null : String(per),
  }
  const href = (change = {}) => url(ctx.path, { ...kept, ...change })
  return {
    ...{ q, sort, per, filters, href, id: rules.id },
    place: placeOf(given),
    sortLink(wanted) {
      const active = wanted === sort.name
      const next = active && !sort.descending ? `-${wanted}` : wanted
      return {
        href: href({ sort: next }),
        direction: active ? (sort.descending ? 'descending' : 'ascending') : null,
      }
    },
  }
}

/** Condition, order and limit for the statement: "select … where ${all([...own, k.where])} ${k.tail}". */
export function keyset(query: ListQuery): { where: Sql; tail: Sql } {
  const { sort, place, per } = query
  const column = name(sort.column)
  const id = name(query.id)
  const descending = sort.descending !== (place?.back ?? false)
  const direction = descending ? sql`desc` : sql`asc`
  const order =
    sort.column === query.id ? sql`${id} ${direction}` : sql`${column} ${direction}, ${id} ${direction}`
  const tail = sql`order by ${order} limit ${per + 1}`
  if (!place) return { where: all([]), tail }
  const beyond = descending ? sql`<` : sql`>`
  if (sort.column === query.id) return { where: sql`${id} ${beyond} ${place.id}`, tail }
  const ways = [
    sql`${column} ${beyond} ${place.value}`,
    sql`(${column} = ${place.value} and ${id} ${beyond} ${place.id})`,
  ]
  return { where: sql`(${join(ways, ' or ')})`, tail }
}

export interface ListPage<R> {
  rows: R[]
  /** For `list.pager`. */
  pager: { previousHref: string | null; nextHref: string | null; count: number; countIsLower: boolean }
}

export interface PageFacts<R> {
  /** Value of the sort column and id of a row, as the statement gave them. */
  placeOf: (row: R) => { value: SqlValue; id: string }
  /** How many rows fit in all, counted to 1,001 at most. */
  count: number
}

/** Cuts the row too many that tells whether there is more, and turns a page read backwards. */
export function listPage<R>(query: ListQuery, found: readonly R[], facts: PageFacts<R>): ListPage<R> {
  const { place, per } = query
  const more = found.length > per
  const rows = found.slice(0, per)
  if (place?.back) rows.reverse()
  const link = (way: 'after' | 'before', row: R | undefined) =>
    row === undefined ? null : query.href({ [way]: packed(facts.placeOf(row)) })
  return {
    rows,
    pager: {
      previousHref: (place?.back ? more : place !== null) ? link('before', rows[0]) : null,
      nextHref: (place?.back ? true : more) ? link('after', rows.at(-1)) : null,
      count: Math.min(facts.count, 1000),
      countIsLower: facts.count > 1000,
    },
  }
}

/** Words of a search as patterns for `lower(column) like … escape '!'`. */
export function searchPatterns(q: string): string[] {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean).slice(0, 8)
  return words.map((word) => `%${word.replaceAll(/[%_!]/g, '!$&')}%`)
}

function sortOf(given: string | null, { sorts, sort }: ListRules): ListQuery['sort'] {
  const asked = given !== null && Object.hasOwn(sorts, given.replace(/^-/, '')) ? given : sort
  const plain = asked.replace(/^-/, '')
  return { name: plain, column: sorts[plain]!, descending: asked.startsWith('-') }
}

function filtersOf(given: URLSearchParams, { filters = {} }: ListRules): Record<string, string> {
  const set: Record<string, string> = {}
  for (const [filter, allowed] of Object.entries(filters)) {
    const value = given.get(filter)
    if (value && (allowed === 'any' ? value.length <= 200 : allowed.includes(value))) set[filter] = value
  }
  return set
}

function placeOf(given: URLSearchParams): ListQuery['place'] {
  const back = given.has('before')
  const text = given.get(back ? 'before' : 'after')
  return text === null ? null : unpacked(text, back)
}

/** A place is the sort value and the id; a money value keeps its kind. */
function packed({ value, id }: { value: SqlValue; id: string }): string {
  const plain = typeof value === 'bigint' ? { n: value.toString() } : value
  return Buffer.from(JSON.stringify([plain, id])).toString('base64url')
}

function unpacked(text: string, back: boolean): ListQuery['place'] {
  try {
    const [value, id] = JSON.parse(Buffer.from(text, 'base64url').toString()) as [unknown, unknown]
    if (typeof id !== 'string' || `${id}${String(value)}`.includes('\0')) return null
    if (typeof value === 'string' || typeof value === 'number') return { back, value, id }
    const big = (value as { n?: unknown } | null)?.n
    return typeof big === 'string' && /^-?\d{1,18}$/.test(big) ? { back, value: BigInt(big), id } : null
  } catch {
    return null
  }
}
