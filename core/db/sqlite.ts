import Database from 'better-sqlite3'
import { setTimeout as sleep } from 'node:timers/promises'
import { withAnswers } from './ask-first.ts'
import type { Db, Queries, Row, StatementMeter, Trx } from './db.ts'
import { DatabaseUnavailable } from './errors.ts'
import { keptReads } from './kept-reads.ts'
import { sameValues } from './same-values.ts'
import type { Sql, SqlValue } from './sql.ts'

const BUSY_RETRY_MS = 3
const LOCK_WAIT_MS = 30_000
const STATEMENTS_MAX = 1_000
/** Rows an insert: a statement with several costs less than as many statements, up to about here. */
const GROUP = 20

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
  // What is read again and again fits; a walk over a large table would only fill memory with what nobody reads twice.
  reader.pragma('cache_size = -8000')
  const { meter, lockWaitMs = LOCK_WAIT_MS } = options
  const view = readView(reader)
  const reads = new SqliteQueries(reader, { meter, lockWaitMs, openView: view.open })
  const writing = { meter, lockWaitMs }
  const line = new WriterLine(writer, new SqliteQueries(writer, writing), {
    ...writing,
    leaveView: view.close,
  })
  const db: Db = {
    dialect: 'sqlite',
    all: (statement) => reads.all(statement),
    get: (statement) => reads.get(statement),
    run: (statement) => line.transaction((trx) => trx.run(statement)),
    insert: (table, rows) => line.transaction((trx) => trx.insert(table, rows)),
    transaction: (work) => withAnswers((once, answers) => line.transaction(once, answers), work),
    close: async () => {
      await line.idle()
      view.close()
      reader.close()
      writer.close()
    },
  }
  return { ...db, kept: { ...db, ...keptReads({ queries: reads, version: view.version, meter }) } }
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

interface ReadView {
  open(): void
  /** Of what the view shows: another number once any other connection, here or elsewhere, has committed. */
  version(): number
  close(): void
}

/**
 * Reads that follow each other without waiting for anything but the database share one view of it: a page sees one
 * state, and takes and gives back its locks once. The view ends before any other callback runs, and at each of our own
 * writes, so that nothing older than the last commit is ever read.
 */
function readView(connection: Database.Database): ReadView {
  const begin = connection.prepare('begin')
  const end = connection.prepare('commit')
  const dataVersion = connection.prepare<[], number>('pragma data_version').pluck()
  let isOpen = false
  let shown = NaN
  const close = () => {
    if (!isOpen) return
    isOpen = false
    try {
      end.run()
    } catch (error) {
      // A failure to read may have ended it already.
      if (connection.inTransaction) throw error
    }
  }
  const open = () => {
    if (isOpen) return
    begin.run()
    isOpen = true
    shown = NaN
    // Runs as soon as the promises at hand are settled.
    process.nextTick(close)
  }
  const version = () => {
    try {
      open()
      return Number.isNaN(shown) ? (shown = dataVersion.get()!) : shown
    } catch {
      // The file is being held; whoever reads next waits for it, and says so if that takes too long.
      return NaN
    }
  }
  return { open, version, close }
}

type Bound = [readonly SqlValue[], Record<string, SqlValue>?]
const NONE_NAMED = {}

interface Prepared {
  run: (values: readonly SqlValue[], named?: Record<string, SqlValue>) => Database.RunResult
  all: (values: readonly SqlValue[]) => Row[]
}

interface How {
  meter: StatementMeter | undefined
  lockWaitMs: number
  openView?: () => void
  leaveView?: () => void
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

  all<R extends object>(statement: Sql): Promise<R[]> {
    return this.#read(statement, (rows) => rows) as Promise<R[]>
  }

  get<R extends object>(statement: Sql): Promise<R | undefined> {
    return this.#read(statement, (rows) => rows[0]) as Promise<R | undefined>
  }

  run(statement: Sql): Promise<number> {
    return this.#execute(statement.text, (prepared) => prepared.run(statement.values).changes)
  }

  async insert<R extends object>(table: string, rows: readonly R[]): Promise<void> {
    const [first] = rows
    if (!first) return
    const columns = Object.keys(first)
    await this.#execute(singleText(table, columns), (single) => {
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

  /** Reads nearly always succeed at once: only one that met a lock waits, with all that waiting takes. */
  #read<T>(statement: Sql, take: (rows: Row[]) => T): Promise<T> {
    const { text, values } = statement
    const { meter, openView } = this.#how
    try {
      meter?.before?.(text)
      openView?.()
      const rows = this.#prepare(text).all(values)
      meter?.after?.(text)
      return Promise.resolve(take(rows))
    } catch (error) {
      if (!isBusy(error)) return Promise.reject(explained(error) as Error)
    }
    return this.#whenFree(text, (prepared) => prepared.all(values)).then(take)
  }

  async #execute<T>(text: string, act: (prepared: Prepared) => T): Promise<T> {
    this.#how.meter?.before?.(text)
    return await this.#whenFree(text, act)
  }

  /** A reader may meet a short lock while the log is being restarted: wait for it outside the thread. */
  async #whenFree<T>(text: string, act: (prepared: Prepared) => T): Promise<T> {
    const { meter, lockWaitMs, openView } = this.#how
    const until = () => performance.now() + lockWaitMs
    const result = await whenFree(until, () => {
      openView?.()
      return act(this.#prepare(text))
    })
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

type Answers = Trx['answers']
const NO_ANSWERS: Answers = new Map()

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
  transaction<T>(work: (trx: Trx) => Promise<T>, answers: Answers = NO_ANSWERS): Promise<T> {
    const until = performance.now() + this.#how.lockWaitMs
    const turn = this.#last.then(() => this.#attempt(work, { until, answers }))
    this.#last = turn.catch(() => undefined)
    return turn
  }

  async idle(): Promise<void> {
    await this.#last
  }

  async #attempt<T>(
    work: (trx: Trx) => Promise<T>,
    { until, answers }: { until: number; answers: Answers },
  ): Promise<T> {
    this.#how.leaveView?.()
    await whenFree(
      () => until,
      () => this.#connection.exec('begin immediate'),
    )
    const acts: (() => void)[] = []
    const trx: Trx = {
      dialect: 'sqlite',
      all: (statement) => this.#queries.all(statement),
      get: (statement) => this.#queries.get(statement),
      run: (statement) => this.#queries.run(statement),
      insert: (table, rows) => this.#queries.insert(table, rows),
      afterCommit: (act) => void acts.push(act),
      answers,
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
    this.#how.leaveView?.()
    this.#connection.exec(word)
    this.#how.meter?.after?.(word)
  }
}

/** Tries again while another process or thread holds the file; the thread is free meanwhile. */
async function whenFree<T>(until: () => number, act: () => T): Promise<T> {
  let end: number | undefined
  for (;;) {
    try {
      return act()
    } catch (error) {
      end ??= until()
      if (!isBusy(error) || performance.now() > end) throw explained(error)
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
