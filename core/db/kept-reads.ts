import type { Queries, Row, StatementMeter } from './db.ts'
import type { Sql, SqlValue } from './sql.ts'

type Rows = readonly Row[]

export interface KeptReads {
  queries: Pick<Queries, 'all' | 'get'>
  /** How a commit of anybody, in whatever process, is told: another number than before. NaN: not known at the moment. */
  version: () => number
  meter: StatementMeter | undefined
}

/** Of one statement: pages show some dozens of rows. */
const ROWS_MAX = 200
/** Of all; a statement counts as one row more. Some megabytes. */
const KEPT_MAX = 10_000

/**
 * Reads whose rows are kept until anything is committed: then all of them are forgotten, so none is ever older than the
 * database. Readers share the rows, so these are frozen. A statement that names the time of day is never asked twice;
 * the rows that it would have to leave out are better left out by the caller.
 */
export function keptReads({ queries, version, meter }: KeptReads): Pick<Queries, 'all' | 'get'> {
  /** By the text of the statement, then by its values: texts are made once, so finding one reads no letters. */
  const kept = new Map<string, Map<SqlValue, Promise<Rows>>>()
  let held = 0
  let of = NaN

  const all = (statement: Sql): Promise<Rows> => {
    const now = version()
    if (now !== of) {
      forget()
      of = now
    }
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
    held = 0
  }

  const keep = (text: string, key: SqlValue, rows: Row[]): Rows => {
    for (const row of rows) Object.freeze(row)
    const frozen = Object.freeze(rows)
    if (rows.length > ROWS_MAX || Number.isNaN(of)) return frozen
    if (held > KEPT_MAX) forget()
    held += rows.length + 1
    const ofText = kept.get(text) ?? new Map<SqlValue, Promise<Rows>>()
    kept.set(text, ofText.set(key, Promise.resolve(frozen)))
    return frozen
  }

  return {
    all: all as Queries['all'],
    get: (async (statement) => (await all(statement))[0]) as Queries['get'],
  }
}

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
