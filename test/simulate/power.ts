import type { Db, Queries, Trx } from '../../core/db/index.ts'

/** The process was killed here. No code of ours expects it, and nothing can be written after it. */
export class PowerCut extends Error {
  constructor(where: string) {
    super(`The power was cut ${where}.`)
  }
}

/** Also when the cut is one of several failures. */
export const isCut = (error: unknown): boolean =>
  error instanceof PowerCut || (error instanceof AggregateError && error.errors.some(isCut))

/**
 * The power of a process at work. It is cut before a statement, or between a commit and the news of it; then every
 * statement fails until it is on again, so that code which catches the error can do no more than a dead process could.
 */
export interface Power {
  db: Db
  /** Cuts at the nth statement or commit from now. */
  cutIn(statements: number): void
  restore(): void
  readonly cuts: number
}

export function powered(inner: Db): Power {
  const state = { left: Infinity, dead: false, cuts: 0 }
  const step = (where: string) => {
    if (!state.dead && --state.left > 0) return
    if (!state.dead) state.cuts += 1
    state.dead = true
    throw new PowerCut(where)
  }
  const wrapped = <Q extends Queries>(queries: Q): Queries => ({
    dialect: queries.dialect,
    all: async (statement) => (step('before a statement'), queries.all(statement)),
    get: async (statement) => (step('before a statement'), queries.get(statement)),
    run: async (statement) => (step('before a statement'), queries.run(statement)),
    insert: async (table, rows) => (step('before a statement'), queries.insert(table, rows)),
  })
  return {
    db: {
      ...wrapped(inner),
      transaction: async (work, how) => {
        const result = await inner.transaction(async (trx) => {
          const done = await work(inside(trx, wrapped(trx)))
          step('before a commit')
          return done
        }, how)
        step('after a commit')
        return result
      },
      close: () => inner.close(),
    },
    cutIn: (statements) => void (state.left = statements),
    restore: () => {
      state.left = Infinity
      state.dead = false
    },
    get cuts() {
      return state.cuts
    },
  }
}

/** What is to run after the commit still runs, as the commit is made; a killed process would find its work again. */
function inside(trx: Trx, queries: Queries): Trx {
  return {
    ...queries,
    beforeCommit: (act) => trx.beforeCommit(act),
    afterCommit: (act) => trx.afterCommit(act),
    answers: trx.answers,
  }
}
