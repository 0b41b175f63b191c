import type { Trx } from './db.ts'

/**
 * Thrown inside a transaction that needs an answer from outside the database before it may go on. The transaction is
 * rolled back, the question is asked while nothing is locked, and the work is done again with the answer at hand.
 */
export class AskFirst extends Error {
  override name = 'AskFirst'
  /** Each question by a key of its own; the answer stands in `trx.answers` under that key. */
  readonly questions: ReadonlyMap<string, () => Promise<unknown>>

  constructor(questions: ReadonlyMap<string, () => Promise<unknown>>) {
    super(`Ask first: ${[...questions.keys()].join(', ')}`)
    this.questions = questions
  }
}

/** A transaction that still has questions after so many rounds asks in circles. */
const ROUNDS_MAX = 100

/** Runs the work until it has no question left. Work must be repeatable, as it must be for a serialisation failure. */
export async function withAnswers<T>(
  once: (work: (trx: Trx) => Promise<T>, answers: ReadonlyMap<string, unknown>) => Promise<T>,
  work: (trx: Trx) => Promise<T>,
): Promise<T> {
  const answers = new Map<string, unknown>()
  for (let round = 1; ; round++) {
    try {
      return await once(work, answers)
    } catch (error) {
      if (!(error instanceof AskFirst) || round === ROUNDS_MAX) throw error
      for (const [key, ask] of error.questions) answers.set(key, await ask())
    }
  }
}
