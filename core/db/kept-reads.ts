import type { Db, Queries, Row, StatementMeter } from './db.ts'
import { frozen } from './made-once.ts'
import type { Sql, SqlValue } from './sql.ts'

type Rows = readonly Row[]

export interface KeptReads {
  queries: Pick<Queries, 'all' | 'get'>
  /** How a commit of anybody, in whatever process, is told: another number than before. NaN: not known at the moment. */
  version: () => number
  meter: StatementMeter | undefined
}

type Kept = Pick<Queries, 'all' | 'get'> & Required<Pick<Db, 'remember'>>

/** Of one statement: pages show some dozens of rows. */
const ROWS_MAX = 200
/** Of all; a statement counts as one row more. Some megabytes. */
const KEPT_MAX = 10_000

/**
 * Reads whose rows are kept until anything is committed: then all of them are forgotten, so none is ever older than the
 * database. Readers share the rows, so these are frozen. A statement that names the time of day is never asked twice;
 * the rows that it would have to leave out are better left out by the caller.
 */
export function keptReads({ queries, version, meter }: KeptReads): Kept {
  /** By the text of the statement, then by its values: texts are made once, so finding one reads no letters. */
  const kept = new Map<string, Map<SqlValue, Promise<Rows>>>()
  const made = new Map<object, Map<string, Promise<unknown>>>()
  let held = 0
  let of = NaN

  const upToDate = () => {
    const now = version()
    if (now === of) return now
    forget()
    return (of = now)
  }

  const all = (statement: Sql): Promise<Rows> => {
    const now = upToDate()
    const key = keyOf(statement.values)
    const known = kept.get(statement.text)?.get(key)
    if (known) {
      // Counted all the same: what a page asks for does not depend on who asked before.
      meter?.before?.(statement.text)
      meter?.after?.(statement.text)
      return known
    }
    return queries.all(statement).then((rows) => (now === version() ? keep(statement.text, key, rows) : rows))
  }

  const forget = () => {
    kept.clear()
    made.clear()
    held = 0
  }

  const keep = (text: string, key: SqlValue, rows: Row[]): Rows => {
    for (const row of rows) Object.freeze(row)
    Object.freeze(rows)
    if (rows.length > ROWS_MAX || Number.isNaN(of)) return rows
    if (held > KEPT_MAX) forget()
    held += rows.length + 1
    const ofText = kept.get(text) ?? new Map<SqlValue, Promise<Rows>>()
    kept.set(text, ofText.set(key, Promise.resolve(rows)))
    return rows
  }

  const remember: Kept['remember'] = async (subject, key, make) => {
    const before = upToDate()
    const known = made.get(subject)?.get(key)
    // What it was made of is not counted: nobody asks for that any more.
    if (known) return known as ReturnType<typeof make>
    const result = await make()
    const size = partsOf(result)
    // Whatever it read after a commit has another version than what it read before.
    if (size > ROWS_MAX || before !== upToDate()) return result
    if (held > KEPT_MAX) forget()
    held += size
    const ofOne = made.get(subject) ?? new Map<string, Promise<unknown>>()
    made.set(subject, ofOne.set(key, Promise.resolve(frozen(result))))
    return result
  }

  return {
    remember,
    all: all as Queries['all'],
    get: (async (statement) => (await all(statement))[0]) as Queries['get'],
  }
}

/** How many objects and lists it consists of. */
const partsOf = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? Object.values(value).reduce((sum: number, part) => sum + partsOf(part), 1)
    : 0

/**
 * A value alone is its own key: of one statement there are always as many. Of several each with its type and length, so
 * that no other list of values reads the same, whatever a visitor sends.
 */
function keyOf(values: readonly SqlValue[]): SqlValue {
  if (values.length === 1) return values[0]!
  let key = ''
  for (const value of values) key += written(value)
  return key
}

function written(value: SqlValue): string {
  const text = String(value)
  return `\n${TYPES[typeof value]}${text.length}:${text}`
}

const TYPES: Record<string, string> = { string: 's', number: 'n', bigint: 'i', object: 'o' }
