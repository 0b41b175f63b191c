import type { Sql, SqlValue } from './sql.ts'

export type Dialect = 'sqlite' | 'postgres'
export type Row = Record<string, SqlValue>

/**
 * Reads and writes. Column names tell types, on both engines alike: `…_minor` is a bigint, every other number is a
 * plain number, everything else is text or null. Flags are 0 and 1.
 */
export interface Queries {
  readonly dialect: Dialect
  all<R extends object = Row>(statement: Sql): Promise<R[]>
  get<R extends object = Row>(statement: Sql): Promise<R | undefined>
  /** Runs a change and answers how many rows it touched. */
  run(statement: Sql): Promise<number>
  /** Inserts many rows with the fewest statements the engine allows. All rows have the columns of the first. */
  insert<R extends object>(table: string, rows: readonly R[]): Promise<void>
}

/** Inside a transaction. Writers take it as an argument, so that nobody writes outside by omission. */
export interface Trx extends Queries {
  /** Runs when the work has ended well, in order, as its last part. */
  beforeCommit(act: () => Promise<void>): void
  /** Runs after the commit, in order; never when the transaction is rolled back. */
  afterCommit(act: () => void): void
  /** What AskFirst has brought so far, by the keys of its questions. */
  readonly answers: ReadonlyMap<string, unknown>
}

export interface TransactionHow {
  /**
   * A few statements of some milliseconds. On SQLite, others that are brief and wait in line go to the disk with it in one
   * commit: each stands or falls alone, and each is answered when that commit is on the disk. PostgreSQL does so by itself.
   */
  brief?: boolean
  /**
   * A part of long work, of some hundred rows. SQLite keeps in memory what its statements would put back when they were
   * refused: in a file each page that a statement touches is written once more. PostgreSQL takes no notice.
   */
  chunk?: boolean
}

export interface Db extends Queries {
  /**
   * Runs `work` in one transaction. Only the database is awaited inside: SQLite has one writer.
   * Commits when the promise fulfils, rolls back when it rejects.
   */
  transaction<T>(work: (trx: Trx) => Promise<T>, how?: TransactionHow): Promise<T>
  /**
   * The same database; what it read outside a transaction is kept until anybody commits anything, and frozen. Only where
   * the engine tells of commits without a question over the network.
   */
  readonly kept?: Db
  /**
   * On `kept`: what `make` works out from reads of it alone, kept as they are, frozen with all its parts. `of` and `key`
   * name everything else that decides. What is large, or was made while somebody committed, is made anew each time.
   */
  readonly remember?: <T>(of: object, key: string, make: () => Promise<T>) => Promise<T>
  /**
   * Another number, or none, once another process or thread has committed: by it one that writes for long knows whether
   * anybody waits for it. Only where there is one writer at a time.
   */
  readonly commitsOfOthers?: () => number
  close(): Promise<void>
}

/** Called with the number of statements so far: tests stop a process at each boundary, pages count theirs. */
export interface StatementMeter {
  before?(text: string): void
  after?(text: string): void
}
