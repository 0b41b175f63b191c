import Database from 'better-sqlite3'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Db, Queries, Row, StatementMeter, Trx } from './db.ts'
import { DatabaseUnavailable } from './errors.ts'
import type { Sql, SqlValue } from './sql.ts'

const BUSY_RETRY_MS = 3
const LOCK_WAIT_MS = 30_000
const STATEMENTS_MAX = 1_000

export interface SqliteOptions {
  file: string
  meter?: StatementMeter
  /** "full" keeps every acknowledged commit through a power loss; tests may take "off". */
  synchronous?: 'full' | 'normal' | 'off'
  /** How long a statement waits while another process or thread holds the file, before it gives up. */
  lockWaitMs?: number
}

/** Opens a database with one connection that reads and one that writes; transactions wait in line for the writer. */
export function openSqlite(options: SqliteOptions): Db {
  const writer = connect(options)
  const reader = connect(options)
  reader.pragma('query_only = on')
  const { meter, lockWaitMs = LOCK_WAIT_MS } = options
  const how = { meter, lockWaitMs }
  const reads = new SqliteQueries(reader, how)
  const line = new WriterLine(writer, new SqliteQueries(writer, how), how)
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

interface How {
  meter: StatementMeter | undefined
  lockWaitMs: number
}

class SqliteQueries implements Queries {
  readonly dialect = 'sqlite' as const
  readonly #connection: Database.Database
  readonly #how: How
  readonly #statements = new Map<string, Prepared>()

  constructor(connection: Database.Database, how: How) {
    this.#connection = connection
    this.#how = how
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
    const text = `insert into ${table} (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`
    await this.#execute(text, (prepared) => {
      for (const row of rows) prepared.run(columns.map((column) => (row as Row)[column] ?? null))
    })
  }

  /** A reader may meet a short lock while the log is being restarted: wait for it outside the thread. */
  async #execute<T>(text: string, act: (prepared: Prepared) => T): Promise<T> {
    const { meter, lockWaitMs } = this.#how
    meter?.before?.(text)
    const result = await whenFree(performance.now() + lockWaitMs, () => act(this.#prepare(text)))
    meter?.after?.(text)
    return result
  }

  #prepare(text: string): Prepared {
    let prepared = this.#statements.get(text)
    if (prepared) return prepared
    const statement = this.#connection.prepare<SqlValue[], Row>(text)
    prepared = {
      run: (values) => statement.run(...values),
      all: statement.reader ? reader(statement) : (values) => (statement.run(...values), []),
    }
    if (this.#statements.size >= STATEMENTS_MAX) this.#statements.clear()
    this.#statements.set(text, prepared)
    return prepared
  }
}

/** Money needs safe integers; where no column is money the faster plain numbers are exact enough. */
function reader(statement: Database.Statement<SqlValue[], Row>): Prepared['all'] {
  const columns = statement.columns().map((column) => column.name)
  const money = columns.filter((column) => column.endsWith('_minor'))
  if (money.length === 0) return (values) => statement.all(...values)
  statement.safeIntegers(true)
  const others = columns.filter((column) => !column.endsWith('_minor'))
  return (values) => {
    const rows = statement.all(...values)
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
  readonly #how: How
  #last: Promise<unknown> = Promise.resolve()

  constructor(connection: Database.Database, queries: SqliteQueries, how: How) {
    this.#connection = connection
    this.#queries = queries
    this.#how = how
  }

  /** The wait for the file is counted from here: a long lock ends for all in line at about the same time. */
  transaction<T>(work: (trx: Trx) => Promise<T>): Promise<T> {
    const until = performance.now() + this.#how.lockWaitMs
    const turn = this.#last.then(() => this.#attempt(work, until))
    this.#last = turn.catch(() => undefined)
    return turn
  }

  async idle(): Promise<void> {
    await this.#last
  }

  async #attempt<T>(work: (trx: Trx) => Promise<T>, until: number): Promise<T> {
    await whenFree(until, () => this.#connection.exec('begin immediate'))
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

  #finish(word: 'commit'): void {
    this.#how.meter?.before?.(word)
    this.#connection.exec(word)
    this.#how.meter?.after?.(word)
  }
}

/** Tries again while another process or thread holds the file; the thread is free meanwhile. */
async function whenFree<T>(until: number, act: () => T): Promise<T> {
  for (;;) {
    try {
      return act()
    } catch (error) {
      if (!isBusy(error) || performance.now() > until) throw explained(error)
      await sleep(BUSY_RETRY_MS)
    }
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
