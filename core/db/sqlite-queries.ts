import type Database from 'better-sqlite3'
import type { Queries, Row, StatementMeter } from './db.ts'
import { sameValues } from './same-values.ts'
import type { Sql, SqlValue } from './sql.ts'
import { explained, isBusy, whenFree } from './when-free.ts'

const STATEMENTS_MAX = 1_000
/** Rows an insert: a statement with several costs less than as many statements, up to about here. */
const GROUP = 20

type Bound = [readonly SqlValue[], Record<string, SqlValue>?]
const NONE_NAMED = {}

interface Prepared {
  run: (values: readonly SqlValue[], named?: Record<string, SqlValue>) => Database.RunResult
  all: (values: readonly SqlValue[]) => Row[]
}

export interface How {
  meter: StatementMeter | undefined
  lockWaitMs: number
  openView?: () => void
  leaveView?: () => void
}

export class SqliteQueries implements Queries {
  readonly dialect = 'sqlite' as const
  readonly #connection: Database.Database
  readonly #how: How
  readonly #statements = new Map<string, Prepared>()

  constructor(connection: Database.Database, how: How) {
    this.#connection = connection
    this.#how = how
  }

  all<R extends object>({ text, values }: Sql): Promise<R[]> {
    return this.#perform(text, (prepared) => prepared.all(values) as R[])
  }

  get<R extends object>({ text, values }: Sql): Promise<R | undefined> {
    return this.#perform(text, (prepared) => prepared.all(values)[0] as R | undefined)
  }

  run({ text, values }: Sql): Promise<number> {
    return this.#perform(text, (prepared) => prepared.run(values).changes)
  }

  insert<R extends object>(table: string, rows: readonly R[]): Promise<void> {
    const [first] = rows
    if (!first) return Promise.resolve()
    const columns = Object.keys(first)
    return this.#perform(singleText(table, columns), (single) => {
      const grouped = rows.length - (rows.length % GROUP)
      if (grouped > 0) this.#insertGroups(table, columns, rows.slice(0, grouped) as Row[])
      for (let at = grouped; at < rows.length; at++) single.run(valuesOf([rows[at] as Row], columns))
    })
  }

  #insertGroups(table: string, columns: readonly string[], rows: readonly Row[]): void {
    const { same, own } = sameValues(rows, columns)
    const group = this.#prepare(insertText(table, columns, { rows: GROUP, same }))
    for (let at = 0; at < rows.length; at += GROUP) group.run(valuesOf(rows.slice(at, at + GROUP), own), same)
  }

  /** Nearly always this succeeds at once: only what met a lock waits, with all that waiting takes. */
  #perform<T>(text: string, act: (prepared: Prepared) => T): Promise<T> {
    const { meter } = this.#how
    try {
      meter?.before?.(text)
      const result = this.#once(text, act)
      meter?.after?.(text)
      return Promise.resolve(result)
    } catch (error) {
      if (!isBusy(error)) return Promise.reject(explained(error) as Error)
    }
    return this.#whenFree(text, act)
  }

  #once<T>(text: string, act: (prepared: Prepared) => T): T {
    this.#how.openView?.()
    return act(this.#prepare(text))
  }

  /** A reader may meet a short lock while the log is being restarted: wait for it outside the thread. */
  async #whenFree<T>(text: string, act: (prepared: Prepared) => T): Promise<T> {
    const { meter, lockWaitMs } = this.#how
    const until = () => performance.now() + lockWaitMs
    const result = await whenFree(until, () => this.#once(text, act))
    meter?.after?.(text)
    return result
  }

  #prepare(text: string): Prepared {
    let prepared = this.#statements.get(text)
    if (prepared) return prepared
    const statement = this.#connection.prepare<Bound, Row>(asExpressions(text))
    prepared = {
      run: (values, named = NONE_NAMED) => statement.run(values, named),
      all: statement.reader ? reader(statement) : (values) => (statement.run(values), []),
    }
    if (this.#statements.size >= STATEMENTS_MAX) this.#statements.clear()
    this.#statements.set(text, prepared)
    return prepared
  }
}

/**
 * SQLite plans a statement anew whenever a bare parameter that it looked at while planning is bound again, which costs
 * ten times what running it does. What stands in an expression it does not look at; "+" changes no value.
 */
const asExpressions = (text: string): string =>
  text.startsWith('insert') ? text : text.replaceAll('?', '+?')

/**
 * "or fail" spares a copy of each page for the undoing of a half-done statement: what a refused insert leaves behind is
 * undone with its transaction, as it is when the rows come one by one.
 */
function insertText(
  table: string,
  columns: readonly string[],
  { rows, same }: { rows: number; same: Record<string, SqlValue> } = { rows: 1, same: {} },
): string {
  const row = `(${columns.map((column) => (column in same ? `@${column}` : '?')).join(', ')})`
  return `insert or fail into ${table} (${columns.join(', ')}) values ${new Array(rows).fill(row).join(', ')}`
}

/** Most inserts are of one row, with the columns that the last one of their table had. */
function singleText(table: string, columns: readonly string[]): string {
  const last = singleTexts.get(table)
  if (last?.columns.length === columns.length && columns.every((column, i) => column === last.columns[i]))
    return last.text
  const text = insertText(table, columns)
  singleTexts.set(table, { columns, text })
  return text
}

const singleTexts = new Map<string, { columns: readonly string[]; text: string }>()

function valuesOf(rows: readonly Row[], columns: readonly string[]): SqlValue[] {
  const values = new Array<SqlValue>(rows.length * columns.length)
  let at = 0
  for (const row of rows) for (const column of columns) values[at++] = row[column] ?? null
  return values
}

/** Money needs safe integers; where no column is money the faster plain numbers are exact enough. */
function reader(statement: Database.Statement<Bound, Row>): Prepared['all'] {
  const columns = statement.columns()
  const others = columns.filter(({ name }) => !name.endsWith('_minor'))
  if (others.length === columns.length) return (values) => statement.all(values)
  statement.safeIntegers(true)
  // Tables are strict: what a column of text holds need not be looked at.
  const numbers = others.filter(({ type }) => type?.toLowerCase() !== 'text').map(({ name }) => name)
  return (values) => {
    const rows = statement.all(values)
    for (const row of rows) {
      for (const column of numbers) if (typeof row[column] === 'bigint') row[column] = Number(row[column])
    }
    return rows
  }
}
