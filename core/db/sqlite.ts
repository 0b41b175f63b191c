import Database from 'better-sqlite3'
import { withAnswers } from './ask-first.ts'
import type { Db, StatementMeter } from './db.ts'
import { keptReads } from './kept-reads.ts'
import type { AfterCommitFailed } from './run-after-commit.ts'
import { SqliteQueries } from './sqlite-queries.ts'
import { WriterLine } from './writer-line.ts'

const LOCK_WAIT_MS = 30_000
const SHARE_MS = 10

export interface SqliteOptions {
  file: string
  meter?: StatementMeter
  /** "full" keeps every acknowledged commit through a power loss; tests may take "off". */
  synchronous?: 'full' | 'normal' | 'off'
  /** How long a statement waits while another process or thread holds the file, before it gives up. */
  lockWaitMs?: number
  /** For how long brief transactions gather for one commit: whoever came first waits so much longer. */
  shareMs?: number
  /** Hears of acts after a commit that failed; without it they are warnings of the process. */
  afterCommitFailed?: AfterCommitFailed
}

/**
 * Opens a database with one connection that reads and one that writes; transactions wait in line for the writer, and
 * brief ones share a commit.
 */
export function openSqlite(options: SqliteOptions): Db {
  const writer = connect(options)
  const reader = connect(options)
  reader.pragma('query_only = on')
  // What is read again and again fits; a walk over a large table would only fill memory with what nobody reads twice.
  reader.pragma('cache_size = -8000')
  const { meter, lockWaitMs = LOCK_WAIT_MS, shareMs = SHARE_MS } = options
  const view = readView(reader)
  const reads = new SqliteQueries(reader, { meter, lockWaitMs, openView: view.open })
  const writing = { meter, lockWaitMs }
  const line = new WriterLine(writer, new SqliteQueries(writer, writing), {
    ...writing,
    shareMs,
    leaveView: view.close,
    afterCommitFailed: options.afterCommitFailed,
  })
  const db: Db = {
    dialect: 'sqlite',
    all: (statement) => reads.all(statement),
    get: (statement) => reads.get(statement),
    run: (statement) => line.transaction((trx) => trx.run(statement)),
    insert: (table, rows) => line.transaction((trx) => trx.insert(table, rows)),
    transaction: (work, how) =>
      withAnswers((once, answers) => line.transaction(once, { ...how, answers }), work),
    commitsOfOthers: commitsOfOthers(writer),
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

/** SQLite counts in each connection the commits of all others. */
function commitsOfOthers(connection: Database.Database): () => number {
  const dataVersion = connection.prepare<[], number>('pragma data_version').pluck()
  return () => {
    try {
      return dataVersion.get()!
    } catch {
      // Somebody holds the file whole.
      return NaN
    }
  }
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
  const closeLater = () => process.nextTick(close)
  const open = () => {
    if (isOpen) return
    begin.run()
    isOpen = true
    shown = NaN
    // Runs as soon as the promises at hand are settled, those of a callback that waits for nothing yet among them.
    queueMicrotask(closeLater)
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
