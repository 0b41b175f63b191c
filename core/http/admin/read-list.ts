import { all, madeOnce, sql, type Queries, type Sql } from '../../db/index.ts'
import { url } from '../../render/index.ts'
import type { List } from './blocks.ts'
import type { Asked } from './desk.ts'

const PER_PAGE = 50
const COUNTED_MAX = 1_000

/** A list of records, newest first: ids begin with their time, so they are the key of paging as well. */
export interface Listing {
  columns: Sql
  /** "from … join …", without conditions. */
  from: Sql
  where: readonly Sql[]
  /** Column of the id: "i.id". */
  key: Sql
  /** Like `from` without what only adds columns: enough to count the rows. */
  counted?: Sql
}

export interface Slice<R> {
  rows: readonly R[]
  pager: NonNullable<List['pager']>
}

/** One page of a list and its count, exact up to 1,000: two statements, whatever the number of rows. */
export async function readList<R extends { id: string }>(
  queries: Queries,
  { columns, from, where, key, counted: countedFrom = from }: Listing,
  asked: Asked,
): Promise<Slice<R>> {
  const { after, before } = asked.query
  const back = before !== undefined && after === undefined
  const place = after !== undefined ? [sql`${key} < ${after}`] : back ? [sql`${key} > ${before}`] : []
  const order = back ? sql`asc` : sql`desc`
  const found = await queries.all<R>(sql`
    select ${columns} ${from} where ${all([...where, ...place])} order by ${key} ${order} limit ${PER_PAGE + 1}`)
  const counted = await queries.get<{ entries: number }>(sql`
    select count(*) as entries from (select 1 as one ${countedFrom} where ${all(where)} limit ${COUNTED_MAX + 1}) found`)
  const slice = sliceOf({
    found,
    entries: counted!.entries,
    back,
    isFirst: after === undefined,
    url: asked.url,
  })
  return slice as Slice<R>
}

interface Found {
  /** One row more than a page has tells whether there are more. */
  found: readonly { id: string }[]
  entries: number
  back: boolean
  isFirst: boolean
  url: string
}

const sliceOf = madeOnce(({ found, entries, back, isFirst, url: here }: Found): Slice<{ id: string }> => {
  const rows = found.slice(0, PER_PAGE)
  if (back) rows.reverse()
  const more = found.length > PER_PAGE
  const hasPrevious = back ? more : !isFirst
  const hasNext = back ? true : more
  const to = (query: Record<string, string | null>) => url(here, query)
  return {
    rows,
    pager: {
      count: Math.min(entries, COUNTED_MAX),
      countIsLower: entries > COUNTED_MAX,
      ...(hasPrevious && rows[0] ? { previousHref: to({ before: rows[0].id, after: null }) } : {}),
      ...(hasNext && rows.length > 0 ? { nextHref: to({ after: rows.at(-1)!.id, before: null }) } : {}),
    },
  }
})

/** Condition that any of the columns holds the text, upper and lower case alike. */
export function holds(columns: readonly Sql[], text: string): Sql {
  const like = `%${text.toLowerCase().replace(/[!%_]/g, '!$&')}%`
  const ways = columns.map((column) => sql`lower(${column}) like ${like} escape '!'`)
  return sql`(${ways.reduce((a, b) => sql`${a} or ${b}`)})`
}
