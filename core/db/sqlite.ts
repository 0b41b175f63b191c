import Database from 'better-sqlite3'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Db, Queries, Row, StatementMeter, Trx } from './db.ts'
import { DatabaseUnavailable } from './errors.ts'
import type { Sql, SqlValue } from './sql.ts'

const BUSY_RETRY_MS = 3
const BUSY_GIVE_UP_MS = 30_000
const STATEMENTS_MAX = 1_000
/** Rows an insert: a statement with several costs less than as many statements, up to about here. */
const GROUP = 20

export interface SqliteOptions {
  file: string
  meter?: StatementMeter
  /** "full" keeps every acknowledged commit through a power loss; tests may take "off". */
  synchronous?: 'full' | 'normal' | 'off'
}

/** Opens a database with one connection that reads and one that writes; transactions wait in line for the writer. */
export function openSqlite(options: SqliteOptions): Db {
  const writer = connect(options)
  const reader = connect(options)
  reader.pragma('query_only = on')
  // What is read again and again fits; a walk over a large table would only fill memory with what nobody reads twice.
  reader.pragma('cache_size = -8000')
  const reads = new SqliteQueries(reader, options.meter)
  const line = new WriterLine(writer, new SqliteQueries(writer, options.meter), options.meter)
  return {
    dialect: 'sqlite',
    all: (statement) => reads.all(statement),
    get: (statement) => reads.get(statement),
    run: (statement) => line.transaction((trx) => trx.run(statement)),
    insert: (table, rows) => line.transaction((trx) => trx.insert(table, rows)),
    transaction: (work) => line.transaction(work),
    close: async () => {
      await line.idle()
      reader.close()
      writer.close()
    },
  }
}

function connect({ file, synchronous = 'full' }: SqliteOptions): Database.Database {
  const connection = new Database(file, { timeout: 0 })
  connection.pragma('busy_timeout = 5000')
  connection.pragma('journal_mode = wal')
  connection.pragma(`synchronous = ${synchronous}`)
  connection.pragma('foreign_keys = on')
  connection.pragma('cache_size = -32000')
  // Pages that every commit touches are copied into the file once for many commits.
  connection.pragma('wal_autocheckpoint = 4000')
  // Waiting is done by us, without blocking the thread.
  connection.pragma('busy_timeout = 0')
  return connection
}

interface Prepared {
  run: (values: readonly SqlValue[]) => Database.RunResult
  all: (values: readonly SqlValue[]) => Row[]
}

class SqliteQueries implements Queries {
  readonly dialect = 'sqlite' as const
  readonly #connection: Database.Database
  readonly #meter: StatementMeter | undefined
  readonly #statements = new Map<string, Prepared>()

  constructor(connection: Database.Database, meter: StatementMeter | undefined) {
    this.#connection = connection
    this.#meter = meter
  }

  async all<R extends object>(statement: Sql): Promise<R[]> {
    return (await this.#execute(statement.text, (prepared) => prepared.all(statement.values))) as R[]
  }

  async get<R extends object>(statement: Sql): Promise<R | undefined> {
    return (await this.all<R>(statement))[0]
  }

  async run(statement: Sql): Promise<number> {
    return this.#execute(statement.text, (prepared) => prepared.run(statement.values).changes)
  }

  async insert<R extends object>(table: string, rows: readonly R[]): Promise<void> {
    const [first] = rows
    if (!first) return
    const columns = Object.keys(first)
    await this.#execute(insertText(table, columns, 1), (single) => {
      let done = 0
      if (rows.length >= GROUP) {
        const group = this.#prepare(insertText(table, columns, GROUP))
        for (; done + GROUP <= rows.length; done += GROUP)
          group.run(valuesOf(rows.slice(done, done + GROUP) as Row[], columns))
      }
      for (; done < rows.length; done++) single.run(valuesOf([rows[done] as Row], columns))
    })
  }

  /** A reader may meet a short lock while the log is being restarted: wait for it outside the thread. */
  async #execute<T>(text: string, act: (prepared: Prepared) => T): Promise<T> {
    this.#meter?.before?.(text)
    const started = performance.now()
    for (;;) {
      try {
        const result = act(this.#prepare(text))
        this.#meter?.after?.(text)
        return result
      } catch (error) {
        if (!isBusy(error) || performance.now() - started > BUSY_GIVE_UP_MS) throw explained(error)
        await sleep(BUSY_RETRY_MS)
      }
    }
  }

  #prepare(text: string): Prepared {
    let prepared = this.#statements.get(text)
    if (prepared) return prepared
    const statement = this.#connection.prepare<[readonly SqlValue[]], Row>(text)
    prepared = {
      run: (values) => statement.run(values),
      all: statement.reader ? reader(statement) : (values) => (statement.run(values), []),
    }
    if (this.#statements.size >= STATEMENTS_MAX) this.#statements.clear()
    this.#statements.set(text, prepared)
    return prepared
  }
}

/**
 * "or fail" spares a copy of each page for the undoing of a half-done statement: what a refused insert leaves behind is
 * undone with its transaction, as it is when the rows come one by one.
 */
function insertText(table: string, columns: readonly string[], rows: number): string {
  const row = `(${columns.map(() => '?').join(', ')})`
  return `insert or fail into ${table} (${columns.join(', ')}) values ${new Array(rows).fill(row).join(', ')}`
}

function valuesOf(rows: readonly Row[], columns: readonly string[]): SqlValue[] {
  const values = new Array<SqlValue>(rows.length * columns.length)
  let at = 0
  for (const row of rows) for (const column of columns) values[at++] = row[column] ?? null
  return values
}

/** Money needs safe integers; where no column is money the faster plain numbers are exact enough. */
function reader(statement: Database.Statement<[readonly SqlValue[]], Row>): Prepared['all'] {
  const columns = statement.columns().map((column) => column.name)
  const money = columns.filter((column) => column.endsWith('_minor'))
  if (money.length === 0) return (values) => statement.all(values)
  statement.safeIntegers(true)
  const others = columns.filter((column) => !column.endsWith('_minor'))
  return (values) => {
    const rows = statement.all(values)
    for (const row of rows) {
      for (const column of others) if (typeof row[column] === 'bigint') row[column] = Number(row[column])
    }
    return rows
  }
}

/** One writer at a time in this process; other processes and threads are waited for without blocking. */
class WriterLine {
  readonly #connection: Database.Database
  readonly #queries: SqliteQueries
  readonly #meter: StatementMeter | undefined
  #last: Promise<unknown> = Promise.resolve()

  constructor(connection: Database.Database, queries: SqliteQueries, meter: StatementMeter | undefined) {
    this.#connection = connection
    this.#queries = queries
    this.#meter = meter
  }

  transaction<T>(work: (trx: Trx) => Promise<T>): Promise<T> {
    const turn = this.#last.then(() => this.#attempt(work))
    this.#last = turn.catch(() => undefined)
    return turn
  }

  async idle(): Promise<void> {
    await this.#last
  }

  async #attempt<T>(work: (trx: Trx) => Promise<T>): Promise<T> {
    await this.#begin()
    const acts: (() => void)[] = []
    const trx: Trx = {
      dialect: 'sqlite',
      all: (statement) => this.#queries.all(statement),
      get: (statement) => this.#queries.get(statement),
      run: (statement) => this.#queries.run(statement),
      insert: (table, rows) => this.#queries.insert(table, rows),
      afterCommit: (act) => void acts.push(act),
    }
    let result: T
    try {
      result = await work(trx)
      this.#finish('commit')
    } catch (error) {
      if (this.#connection.inTransaction) this.#connection.exec('rollback')
      throw explained(error)
    }
    for (const act of acts) act()
    return result
  }

  async #begin(): Promise<void> {
    const started = performance.now()
    for (;;) {
      try {
        this.#connection.exec('begin immediate')
        return
      } catch (error) {
        if (!isBusy(error) || performance.now() - started > BUSY_GIVE_UP_MS) throw explained(error)
        await sleep(BUSY_RETRY_MS)
      }
    }
  }

  #finish(word: 'commit'): void {
    this.#meter?.before?.(word)
    this.#connection.exec(word)
    this.#meter?.after?.(word)
  }
}

function isBusy(error: unknown): boolean {
  const code = (error as { code?: string }).code
  return code === 'SQLITE_BUSY' || code === 'SQLITE_BUSY_SNAPSHOT' || code === 'SQLITE_LOCKED'
}

const REASONS: Record<string, string> = {
  SQLITE_BUSY: 'another process holds it',
  SQLITE_FULL: 'the disk is full',
  SQLITE_READONLY: 'its file is read-only',
  SQLITE_CANTOPEN: 'its file cannot be opened',
  SQLITE_CORRUPT: 'its file is damaged',
}

function explained(error: unknown): unknown {
  const code = (error as { code?: unknown }).code
  if (typeof code !== 'string') return error
  const known = Object.keys(REASONS).find((prefix) => code === prefix || code.startsWith(`${prefix}_`))
  if (known) return DatabaseUnavailable({ reason: REASONS[known]! }, error)
  return code.startsWith('SQLITE_IOERR')
    ? DatabaseUnavailable({ reason: 'reading or writing its file failed' }, error)
    : error
}
