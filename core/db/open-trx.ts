import type { BerthError } from '../kernel/index.ts'
import type { Queries, Trx } from './db.ts'
import { DatabaseUnavailable, TransactionOver } from './errors.ts'

export interface OpenTrx {
  trx: Trx
  /** In order: what is to run before the commit, while the transaction is still open. */
  last: readonly (() => Promise<void>)[]
  end(): void
}

export interface OpenHow {
  answers: Trx['answers']
  /** Where what is to run after the commit is put. */
  acts: (() => void)[]
  /** Whether the engine still has the transaction; it may have ended it by itself. */
  isThere?: () => boolean
}

/**
 * A transaction as its work sees it, until that has ended. A part of the work that nobody waited for, or that goes on
 * after the engine gave up, would otherwise write into the transaction of whoever comes next, or into none.
 */
export function openTrx(queries: Queries, { answers, acts, isThere }: OpenHow): OpenTrx {
  const last: (() => Promise<void>)[] = []
  let isOver = false
  const ask = <T>(act: () => Promise<T>): Promise<T> => {
    if (isOver) return Promise.reject(TransactionOver({}))
    return isThere?.() === false ? Promise.reject(endedEarly()) : act()
  }
  const keep = <T>(list: T[], act: T): void => {
    if (isOver) throw TransactionOver({})
    list.push(act)
  }
  const trx: Trx = {
    dialect: queries.dialect,
    all: (statement) => ask(() => queries.all(statement)),
    get: (statement) => ask(() => queries.get(statement)),
    run: (statement) => ask(() => queries.run(statement)),
    insert: (table, rows) => ask(() => queries.insert(table, rows)),
    beforeCommit: (act) => keep(last, act),
    afterCommit: (act) => keep(acts, act),
    answers,
  }
  return { trx, last, end: () => void (isOver = true) }
}

/** Some failures of the disk end a whole transaction. */
export const endedEarly = (cause?: unknown): BerthError =>
  DatabaseUnavailable({ reason: 'the transaction was ended before its time' }, cause)
