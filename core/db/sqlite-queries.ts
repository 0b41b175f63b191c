import type Database from 'better-sqlite3'
import type { Queries, Row, StatementMeter } from './db.ts'
import { sameValues } from './same-values.ts'
import type { Sql, SqlValue } from './sql.ts'
import { explained, isBusy, whenFree } from './when-free.ts'

const STATEMENTS_MAX = 1_000
/** Rows an insert: a statement with several costs less than as many statements, up to about here. */
const GROUP = 20

type Statement = Database.Statement<unknown[], Row>
/** So many values are handed over one by one, which costs less than a list of them; more might not fit on the stack. */
const SPREAD_MAX = 200

interface Prepared {
  run: (values: readonly SqlValue[]) => Database.RunResult
  /** Values that many rows have in common stand once, by their names. */
  runNamed: (values: readonly SqlValue[], named: Record<string, SqlValue>) => Database.RunResult
  all: (values: readonly SqlValue[]) => Row[]
  get: (values: readonly SqlValue[]) => Row | undefined
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
  #failures = 0

  constructor(connection: Database.Database, how: How) {
    this.#connection = connection
    this.#how = how
  }

  /** How many statements have failed so far. */
  get failures(): number {
    return this.#failures
  }

  all<R extends object>({ text, values }: Sql): Promise<R[]> {
    return this.#perform(text, (prepared) => prepared.all(values) as R[])
  }

  get<R extends object>({ text, values }: Sql): Promise<R | undefined> {
    return this.#perform(text, (prepared) => prepared.get(values) as R | undefined)
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
    for (let at = 0; at < rows.length; at += GROUP)
      group.runNamed(valuesOf(rows.slice(at, at + GROUP), own), same)
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
      this.#failures++
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
    prepared = preparedOf(this.#connection.prepare<unknown[], Row>(asExpressions(text)))
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

function preparedOf(statement: Statement): Prepared {
  const handOver = (values: readonly SqlValue[]) => (values.length > SPREAD_MAX ? [values] : values)
  const run: Prepared['run'] = (values) => statement.run(...handOver(values))
  const runNamed: Prepared['runNamed'] = (values, named) => statement.run(values, named)
  if (!statement.reader)
    return { run, runNamed, all: (values) => (run(values), []), get: (values) => void run(values) }
  const plain = plainNumbers(statement)
  return {
    ...{ run, runNamed },
    all(values) {
      const rows = statement.all(...handOver(values))
      if (plain) for (const row of rows) plain(row)
      return rows
    },
    get(values) {
      const row = statement.get(...handOver(values))
      if (plain && row) plain(row)
      return row
    },
  }
}

/** Money needs safe integers; where no column is money the faster plain numbers are exact enough. */
function plainNumbers(statement: Statement): ((row: Row) => void) | null {
  const columns = statement.columns()
  const others = columns.filter(({ name }) => !name.endsWith('_minor'))
  if (others.length === columns.length) return null
  statement.safeIntegers(true)
  // Tables are strict: what a column of text holds need not be looked at.
  const numbers = others.filter(({ type }) => type?.toLowerCase() !== 'text').map(({ name }) => name)
  return (row) => {
    for (const column of numbers) if (typeof row[column] === 'bigint') row[column] = Number(row[column])
  }
}
