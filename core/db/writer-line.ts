import type Database from 'better-sqlite3'
import type { Trx } from './db.ts'
import { endedEarly, openTrx } from './open-trx.ts'
import { runAfterCommit, type AfterCommitFailed } from './run-after-commit.ts'
import type { How, SqliteQueries } from './sqlite-queries.ts'
import { explained, whenFree } from './when-free.ts'

/** Of one shared commit: whoever came first waits for the work of so many others at most. */
const SHARE_MAX = 32
/** Shares that keep savepoints after one was refused: as good as never is much done twice. */
const CAREFUL_SHARES = 50

const WORDS = ['begin immediate', 'commit', 'savepoint work', 'release work'] as const

type Work<T> = (trx: Trx) => Promise<T>
type Answers = Trx['answers']
const NO_ANSWERS: Answers = new Map()

export interface Turn {
  answers?: Answers
  /** May be committed together with others that are. */
  brief?: boolean
  /** Touches so little that what its statements would put back fits into memory. */
  chunk?: boolean
}

interface LineHow extends How {
  /** After so long nobody joins any more. */
  shareMs: number
  afterCommitFailed?: AfterCommitFailed | undefined
}

interface Waiting {
  work: Work<unknown>
  answers: Answers
  brief: boolean
  chunk: boolean
  until: number
  done(result: unknown): void
  failed(error: unknown): void
}

/** What a work came to; nobody is told before the commit is on the disk. */
interface Outcome {
  of: Waiting
  acts: (() => void)[]
  result?: unknown
  refused?: { error: unknown }
}

/**
 * One writer at a time in this process; other processes and threads are waited for without blocking. Work that is brief
 * and stands in line shares one commit, which costs more than what it commits. When one is refused, all of them are
 * undone and done again, each in a savepoint of its own, so that it leaves nothing and the others stand; and because
 * refusals come in rows, so are the next ones. A savepoint copies each page that changes after it.
 */
export class WriterLine {
  readonly #connection: Database.Database
  readonly #queries: SqliteQueries
  readonly #how: LineHow
  readonly #words: Record<(typeof WORDS)[number], Database.Statement>
  readonly #waiting: Waiting[] = []
  #draining: Promise<void> | undefined
  #undoInMemory = false
  /** So many shares more with savepoints. */
  #careful = 0

  constructor(connection: Database.Database, queries: SqliteQueries, how: LineHow) {
    this.#connection = connection
    this.#queries = queries
    this.#how = how
    this.#words = Object.fromEntries(WORDS.map((word) => [word, connection.prepare(word)])) as never
  }

  /** The wait for the file is counted from here: a long lock ends for all in line at about the same time. */
  transaction<T>(work: Work<T>, turn: Turn = {}): Promise<T> {
    const { answers = NO_ANSWERS, brief = false, chunk = false } = turn
    const until = performance.now() + this.#how.lockWaitMs
    return new Promise<unknown>((done, failed) => {
      this.#waiting.push({ work, answers, brief, chunk, until, done, failed })
      this.#draining ??= Promise.resolve().then(() => this.#drain())
    }) as Promise<T>
  }

  async idle(): Promise<void> {
    while (this.#draining) await this.#draining
  }

  async #drain(): Promise<void> {
    for (let first = this.#waiting.shift(); first; first = this.#waiting.shift()) await this.#share(first)
    this.#draining = undefined
  }

  /** Never rejects: whoever waits is told. */
  async #share(first: Waiting): Promise<void> {
    const careful = this.#careful > 0
    if (careful && first.brief) this.#careful--
    try {
      this.#how.leaveView?.()
      this.#undoWhere(first.brief || first.chunk)
      await whenFree(
        () => first.until,
        () => this.#words['begin immediate'].run(),
      )
    } catch (error) {
      first.failed(error)
      return
    }
    const outcomes: Outcome[] = []
    try {
      await this.#workAll(first, outcomes, careful)
      if (this.#connection.inTransaction) this.#commit()
    } catch (error) {
      this.#undo()
      for (const outcome of outcomes) outcome.refused = { error: explained(error) }
    }
    for (const outcome of outcomes) tell(outcome, this.#how.afterCommitFailed)
  }

  /**
   * What a savepoint or a statement would put back is a copy of each page that changed: for work that is brief or a chunk
   * some hundred kilobytes, which cost a write each where they go to a file. Other work may sort a whole table, which a
   * file holds.
   */
  #undoWhere(inMemory: boolean): void {
    if (inMemory === this.#undoInMemory) return
    this.#connection.pragma(`temp_store = ${inMemory ? 'memory' : 'default'}`)
    this.#undoInMemory = inMemory
  }

  async #workAll(first: Waiting, outcomes: Outcome[], careful: boolean): Promise<void> {
    const endMs = performance.now() + this.#how.shareMs
    for (let next: Waiting | undefined = first; next; next = this.#nextTo(first, outcomes, endMs)) {
      const shared = outcomes.length > 0
      const outcome: Outcome = { of: next, acts: [] }
      outcomes.push(outcome)
      const apart = shared && careful
      if (apart) this.#words['savepoint work'].run()
      await this.#work(outcome)
      // The first one needs no savepoint: until it has ended well, the transaction is its own.
      if (outcome.refused && !shared) return this.#undo()
      // Some failures of the disk end the whole transaction, whatever became of the work that met one.
      if (!this.#connection.inTransaction) throw ended(outcome.refused?.error)
      if (outcome.refused && !careful) return this.#again(outcomes)
      if (outcome.refused) this.#connection.exec('rollback to work')
      if (apart) this.#words['release work'].run()
    }
  }

  /** Nobody has been told anything, and work is repeatable. */
  #again(outcomes: Outcome[]): void {
    this.#undo()
    this.#careful = CAREFUL_SHARES
    this.#waiting.unshift(...outcomes.splice(0).map(({ of }) => of))
  }

  /** When even that fails, whoever is next in line cannot begin, and says why. */
  #undo(): void {
    try {
      if (this.#connection.inTransaction) this.#connection.exec('rollback')
    } catch {
      // Whoever waits hears what went wrong first.
    }
  }

  #nextTo(first: Waiting, outcomes: readonly Outcome[], endMs: number): Waiting | undefined {
    const full = outcomes.length >= SHARE_MAX || performance.now() > endMs
    return first.brief && this.#waiting[0]?.brief && !full ? this.#waiting.shift() : undefined
  }

  async #work(outcome: Outcome): Promise<void> {
    const { work, answers } = outcome.of
    const failures = this.#queries.failures
    // It ends by itself only where a statement fails, and asking for it costs more than counting.
    const isThere = () => this.#queries.failures === failures || this.#connection.inTransaction
    const open = openTrx(this.#queries, { answers, acts: outcome.acts, isThere })
    try {
      outcome.result = await work(open.trx)
      for (const act of open.last) await act()
    } catch (error) {
      outcome.refused = { error: explained(error) }
    } finally {
      open.end()
    }
  }

  #commit(): void {
    const { meter, leaveView } = this.#how
    meter?.before?.('commit')
    leaveView?.()
    this.#words.commit.run()
    meter?.after?.('commit')
  }
}

/** A refusal waits too: it may rest on what another one had written, and holds only when that is kept. */
function tell({ of, acts, result, refused }: Outcome, failed: AfterCommitFailed | undefined): void {
  if (refused) return of.failed(refused.error)
  runAfterCommit(acts, failed)
  of.done(result)
}

const ended = (cause: unknown): unknown =>
  (cause as { code?: string } | undefined)?.code === 'database.unavailable' ? cause : endedEarly(cause)
